// Why the server refused one staged row, with table, column, type and value: for a value that does
// not fit it names no column itself. Asks within the transaction, and takes back what it did.
#pragma once

#include "tools/pg-load/rows/row_stage.hpp"

#include <string>
#include <string_view>

namespace cdckit::pg_load {

// `row`: the line; `ord` its number. Throws only when the connection is lost.
std::string refused_row_text(Session& session,
                             const RowStage& stage,
                             std::int64_t ord,
                             std::string_view row,
                             const base::Error& error);

// The server's own words about a table: without what was run.
std::string server_words(const TargetTable& target, const base::Error& error);

}  // namespace cdckit::pg_load
