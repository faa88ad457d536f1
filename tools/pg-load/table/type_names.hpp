// Type texts that come with the input or from --column, made safe to stand in a statement: the
// server's own type parser reads them as a parameter, and what it understood is written anew. So
// whatever else a text holds never runs as SQL.
#pragma once

#include "common/event/schema.hpp"
#include "tools/pg-load/table/target_table.hpp"
#include "tools/pg-load/target/session.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cdckit::pg_load {

// A type text in pieces: `numeric(12,2)[]` is name `numeric[]` and modifiers `(12,2)`. Nothing when
// it is not of the form of one type.
struct TypePieces {
  std::string name;
  std::string modifiers;  // with their parentheses, or empty
};
std::optional<TypePieces> take_type_apart(std::string_view text);
// What the server calls the type, with the modifiers at the place where SQL wants them.
std::string put_type_together(std::string_view server_name, std::string_view modifiers);

// The columns with types that may stand in a statement, and names cut as the server would cut them.
// Throws data for a text that is no type and for two names that are cut to one, unavailable for a
// type that is not there. `create`: makes enums that are missing, where `connect` (of a schema
// line) has their labels.
std::vector<event::Column> safe_columns(Session& session,
                                        const TableName& table,
                                        const std::vector<event::Column>& columns,
                                        bool create,
                                        std::string_view connect = {});

}  // namespace cdckit::pg_load
