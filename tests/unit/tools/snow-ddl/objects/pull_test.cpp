#include "tools/snow-ddl/objects/pull.hpp"

#include "tests/unit/tools/snow-ddl/support.hpp"

#include <doctest/doctest.h>

namespace cdckit::snow_ddl {
TEST_CASE("a schema becomes a script, in an order that runs") {
  FakeServer server;
  server.answer("SHOW SCHEMAS", text_result({"name"}, {{"INFORMATION_SCHEMA"}, {"My S"}, {"T"}}));
  server.answer("SHOW VIEWS IN SCHEMA \"D\".\"My S\"",
                text_result({"created_on", "name"}, {{"2", "B"}, {"1", "A"}}));
  server.answer(
      "SHOW PROCEDURES IN SCHEMA \"D\".\"My S\"",
      text_result({"created_on", "name", "arguments", "is_builtin"},
                  {{"1", "P", "P(NUMBER, VARCHAR) RETURN VARCHAR", "N"}, {"1", "Q", "", "Y"}}));
  server.answer("GET_DDL", text_result({"DDL"}, {{"create x"}}));
  server.fail_next("SHOW ALERTS", "001003");
  const auto scripts = pull_schemas(server.execute(), "D", "");
  REQUIRE(scripts.size() == 2);
  CHECK(scripts[0].file == "V1__my_s.sql");
  CHECK(scripts[0].objects == 3);
  CHECK(scripts[0].text ==
        "create schema if not exists \"D\".\"My S\";\n\ncreate x;\n\ncreate x;\n\ncreate x;\n");
  const std::string asked = server.texts();
  CHECK(asked.find(".\"A\"'") < asked.find(".\"B\"'"));
  CHECK(asked.find(".\"P\"(NUMBER, VARCHAR)'") != std::string::npos);
  CHECK(scripts[1].objects == 0);
  CHECK(pull_schemas(server.execute(), "D", "T").size() == 1);
}

}  // namespace cdckit::snow_ddl
