#include "tools/snow-ddl/result/statement_report.hpp"

#include "tools/snow-ddl/result/json_line.hpp"

namespace cdckit::snow_ddl {

std::string statement_line(const StatementReport& report) {
  JsonLine line;
  line.text("script", report.script);
  line.number("statement", report.statement);
  line.number("line", report.line);
  line.text("status", report.status);
  line.number("rows", report.rows);
  line.number("ms", static_cast<std::uint64_t>(report.milliseconds));
  line.text_or_null("query_id", report.query_id);
  if (report.status == "failed") {
    line.text_or_null("code", report.code);
    line.text_or_null("sql_state", report.sql_state);
    line.text("message", report.message);
  }
  return line.finish();
}

}  // namespace cdckit::snow_ddl
