// Journal and mirror tables as SQL text, made from a source table's schema. Pure.
#pragma once

#include "common/event/schema.hpp"
#include "common/journal/journal_columns.hpp"
#include "common/snow/table_description.hpp"

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cdckit::journal {

// One column of a target table.
struct TargetColumn {
  std::string name;  // stored
  std::string type;
  int key_place = 0;  // from 1; 0: not in the key
  bool operator==(const TargetColumn&) const = default;
};

// The source's columns under their Snowflake names. Throws config when two of them get one name or
// one is called like a metadata column.
std::vector<TargetColumn> target_columns(const event::TableSchema& schema);

// What is said of a target beside its source's schema.
struct ColumnChoices {
  std::string table;                                           // the target's stored name
  std::map<std::string, std::string> types;                    // by TABLE.COLUMN, stored names
  std::vector<std::pair<std::string, std::string>> constants;  // part of the key
};
std::vector<TargetColumn> target_columns(const event::TableSchema& schema,
                                         const ColumnChoices& choices);

// Key columns are marked by a comment, `key 1`, so that a mirror can be made from a journal alone.
std::string create_journal_sql(const snow::TableAddress& journal,
                               const std::vector<TargetColumn>& columns);
// For the layouts without a mirror.
std::string create_columns_sql(const snow::TableAddress& table,
                               const std::vector<TargetColumn>& columns);
std::string create_variant_sql(const snow::TableAddress& table);
struct MirrorShape {
  bool soft_deletes = false;
  // CREATE TABLE as the user wants it, with ${table} and ${columns}; empty: ours
  std::string create_template;
};
// The same columns, the key NOT NULL and declared, and _CDC_POS.
std::string create_mirror_sql(const snow::TableAddress& mirror,
                              const std::vector<TargetColumn>& columns,
                              const MirrorShape& shape = {});
// What follows ALTER TABLE t. A column that is there already is no error.
std::string add_column_clause(const TargetColumn& column);
std::string widen_column_clause(const std::string& column, const std::string& type);
std::vector<TargetColumn> key_in_order(const std::vector<TargetColumn>& columns);
// The columns of a journal as they were given to create_journal_sql().
std::vector<TargetColumn> columns_of_journal(const snow::TableDescription& journal);

}  // namespace cdckit::journal
