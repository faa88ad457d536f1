// The line that apply prints for each statement.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace cdckit::snow_ddl {

struct StatementReport {
  std::string_view script;
  std::size_t statement = 0;  // from 1
  std::size_t line = 0;
  std::string_view status;  // ok, failed, dry-run
  std::uint64_t rows = 0;
  std::int64_t milliseconds = 0;
  std::string_view query_id;  // empty: null
  std::string_view code;      // of a failure
  std::string_view sql_state;
  std::string_view message;
};
// {"tool","script","statement","line","status","rows","ms","query_id"}, and for a failure
// "code","sql_state","message"
std::string statement_line(const StatementReport& report);

}  // namespace cdckit::snow_ddl
