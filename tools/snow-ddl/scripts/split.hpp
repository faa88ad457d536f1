// Cuts a script into its statements at the semicolons that end one: not those inside of strings,
// quoted names, $$ texts, comments, or the BEGIN .. END blocks of Snowflake Scripting.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace cdckit::snow_ddl {

struct SqlStatement {
  std::string text;      // without the semicolon and without comments before and behind it
  std::size_t line = 0;  // of its first word, from 1
};

// Throws data with `source:line` for a string, name or comment that never ends.
std::vector<SqlStatement> split_statements(std::string_view script, const std::string& source);

}  // namespace cdckit::snow_ddl
