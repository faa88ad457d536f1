#include "tools/snow-ddl/history/execute.hpp"

#include "tests/unit/tools/snow-ddl/support.hpp"

#include <doctest/doctest.h>

namespace cdckit::snow_ddl {

TEST_CASE("statements that belong together are one request and one transaction") {
  FakeServer server;
  run_together(server.execute(), {"a", "b"});
  REQUIRE(server.statements.size() == 1);
  CHECK(server.statements[0].text == "BEGIN;\na;\nb;\nCOMMIT");
  CHECK(server.statements[0].count == 4);
  CHECK(run_text(server.execute(), "c").handle == "handle-2");
}

}  // namespace cdckit::snow_ddl
