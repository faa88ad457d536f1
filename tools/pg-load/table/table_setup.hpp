// Finds the target table, or creates it (--create) from the first rows or from a schema line.
#pragma once

#include "common/event/schema.hpp"
#include "tools/pg-load/batch/line_store.hpp"
#include "tools/pg-load/settings/settings.hpp"
#include "tools/pg-load/table/target_table.hpp"
#include "tools/pg-load/target/session.hpp"

#include <optional>
#include <string>
#include <vector>

namespace cdckit::pg_load {

// What to make for rows like these: types inferred, --column and --key respected. Throws data when
// a key column is in no row and not given.
event::TableSchema plan_table(const Options& options, const LineStore& rows);

// --table, then --map (SRC is schema.table or table), else the same name.
TableName target_name(const Options& options, const std::string& schema, const std::string& table);

// The table with the key that counts, nothing when it is not there.
std::optional<TargetTable> find_target(Session& session,
                                       const TableName& name,
                                       const std::vector<std::string>& key);
// --alter: adds the columns that rows or a schema have and the table lacks; true when there were
// some.
bool add_columns(Session& session,
                 const TargetTable& target,
                 const std::vector<event::Column>& columns);
// Of the rows' members, with types inferred and --column respected.
std::vector<event::Column> columns_of(const Options& options, const LineStore& rows);
// Names of the tables that users made, for near misses.
std::vector<std::string> known_tables(Session& session, bool with_schema);
// The error for a table that is not there (69).
base::Error missing_table(const TableName& name,
                          bool may_create,
                          const std::vector<std::string>& known);
void create_target(Session& session, const TableName& name, const event::TableSchema& schema);

}  // namespace cdckit::pg_load
