#include "tools/snow-ddl/result/statement_report.hpp"

#include <doctest/doctest.h>

namespace cdckit::snow_ddl {

TEST_CASE("one statement's result") {
  StatementReport report{"V1__a.sql", 1, 3, "ok", 7, 12, "q-1", "", "", ""};
  CHECK(statement_line(report) ==
        R"({"tool":"snow-ddl","script":"V1__a.sql","statement":1,"line":3,"status":"ok","rows":7,)"
        R"("ms":12,"query_id":"q-1"})");
  report.status = "failed";
  report.query_id = "";
  report.code = "001003";
  report.sql_state = "42000";
  report.message = "no \"x\"";
  CHECK(statement_line(report) ==
        R"({"tool":"snow-ddl","script":"V1__a.sql","statement":1,"line":3,"status":"failed",)"
        R"("rows":7,"ms":12,"query_id":null,"code":"001003","sql_state":"42000",)"
        R"("message":"no \"x\""})");
}

}  // namespace cdckit::snow_ddl
