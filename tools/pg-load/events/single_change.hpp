// Changes that are applied one by one: a key that moves, and rows of tables without a key, which
// are found by all their values. The server reads the JSON itself, as the inverse of row_to_json().
#pragma once

#include "tools/pg-load/table/target_table.hpp"
#include "tools/pg-load/target/session.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace cdckit::pg_load {

// Names of the columns to write: members of `row` that the target has and lets us write. An update
// may not write identity columns that are always generated, an insert may.
std::vector<std::string> writable_members(const TargetTable& target,
                                          std::string_view row,
                                          bool identity = false);

[[nodiscard]] bool has_identity_key(const TargetTable& target) noexcept;
// A row as the statements below take it: hstore as its own text.
std::string as_sent(const TargetTable& target, std::string_view row);

// INSERT of the row $1.
std::string insert_row_sql(const TargetTable& target, const std::vector<std::string>& columns);
// DELETE of the row under the key of $1.
std::string delete_key_sql(const TargetTable& target);
// The key of the row $1, as columns k0.. of a picture's helper table.
std::string key_of_row_sql(const TargetTable& target);
// UPDATE ... SET columns FROM the row $1, WHERE the key equals that of $2.
std::string move_sql(const TargetTable& target, const std::vector<std::string>& columns);
// For a key that no update may write: the old row goes and comes back, with the columns of row $1
// and what else it had.
std::string replace_moved_sql(const TargetTable& target, const std::vector<std::string>& columns);
// The same where all columns equal those of $2, for one of several equal rows.
std::string change_equal_row_sql(const TargetTable& target,
                                 const std::vector<std::string>& columns);
// DELETE of one row that equals $1.
// Many such changes at once, as KeylessFold::json() has them; gives the numbers of rows that were
// deleted and updated.
std::string change_equal_rows_sql(const TargetTable& target,
                                  const std::vector<std::string>& columns);
std::string delete_equal_row_sql(const TargetTable& target);

}  // namespace cdckit::pg_load
