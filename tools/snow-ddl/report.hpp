// The tool's output lines: one JSON object each, without a line break.
#pragma once

#include "tools/snow-ddl/plan.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace cdckit::snow_ddl {

// plan: {"tool","script","type","version","description","reason","statements","checksum"}
std::string plan_line(const PlannedScript& planned);
// status: {"tool","script","type","version","state","checksum","installed_on","installed_by"}
std::string status_line(const PlannedScript& planned);

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
// apply: {"tool","script","statement","line","status","rows","ms","query_id"}, and for a failure
// "code","sql_state","message"
std::string statement_line(const StatementReport& report);

}  // namespace cdckit::snow_ddl
