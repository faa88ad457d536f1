#include "tools/snow-ddl/apply.hpp"

#include "tests/unit/tools/snow-ddl/support.hpp"

#include <doctest/doctest.h>

namespace cdckit::snow_ddl {
namespace {

struct Scene {
  Scene() {
    folder.add("V1__a.sql", "select 1;\nselect 2;")
        .add("V2__b.sql", "use cdc;\nselect 3;")
        .add("V3__c.sql", "select 4");
  }

  bool apply() {
    const auto scripts = load_scripts(folder.path(), {});
    History history({}, server.execute());
    (void)history.read();
    Applier applier(
        history, server.execute(), [&](const std::string& line) { lines.push_back(line); });
    return applier.apply(make_plan(scripts, {}, {}), {});
  }

  // What the server was asked, history rows as script:status.
  std::string asked() const {
    std::string text;
    for (const snow::Statement& statement : server.statements) {
      if (statement.bindings.size() == 7) {
        text += "[" + *statement.bindings[2].value + ":" + *statement.bindings[6].value + "] ";
      } else if (statement.text.starts_with("select")) {
        text += statement.text + " ";
      }
    }
    return text;
  }

  ScriptFolder folder;
  FakeServer server;
  std::vector<std::string> lines;
};

}  // namespace

TEST_CASE("scripts run in order, each remembered once, each statement reported") {
  Scene scene;
  CHECK(scene.apply());
  CHECK(scene.asked() ==
        "select 1 select 2 [V1__a.sql:Success] select 3 [V2__b.sql:Success] select 4 "
        "[V3__c.sql:Success] ");
  REQUIRE(scene.lines.size() == 5);
  CHECK(scene.lines[1].find(
            "\"script\":\"V1__a.sql\",\"statement\":2,\"line\":2,\"status\":\"ok\"") !=
        std::string::npos);
}

TEST_CASE("the context of one script does not leak into the next") {
  Scene scene;
  CHECK(scene.apply());
  for (const snow::Statement& statement : scene.server.statements) {
    if (statement.text == "select 3") CHECK(statement.database == "CDC");
    if (statement.text == "select 4") CHECK(statement.database.empty());
  }
}

TEST_CASE("the first failure is remembered, reported with its place, and ends the run") {
  Scene scene;
  scene.server.refused = "select 3";
  try {
    (void)scene.apply();
    FAIL("applied");
  } catch (const base::Error& error) {
    CHECK(error.kind() == base::ErrorKind::unavailable);
    CHECK(std::string(error.what()) ==
          "could not apply \"V2__b.sql\": statement 2 (line 2): could not run statement: no");
  }
  CHECK(scene.asked() == "select 1 select 2 [V1__a.sql:Success] select 3 [V2__b.sql:Failed] ");
  CHECK(scene.lines.back().find(R"("status":"failed","rows":0)") != std::string::npos);
  CHECK(scene.lines.back().find(R"("query_id":"handle-x","code":"001003","sql_state":"42000")") !=
        std::string::npos);
}

TEST_CASE("a missing permission is told as one") {
  Scene scene;
  scene.server.refused = "select 1";
  scene.server.kind = base::ErrorKind::permission;
  try {
    (void)scene.apply();
    FAIL("applied");
  } catch (const base::Error& error) {
    CHECK(error.kind() == base::ErrorKind::permission);
  }
}

TEST_CASE("a rehearsal asks nobody") {
  Scene scene;
  const auto scripts = load_scripts(scene.folder.path(), {});
  History history({}, scene.server.execute());
  Applier applier(history, scene.server.execute(), [&](const std::string& line) {
    scene.lines.push_back(line);
  });
  applier.rehearse(make_plan(scripts, {}, {}));
  CHECK(scene.server.statements.empty());
  REQUIRE(scene.lines.size() == 5);
  CHECK(scene.lines[0].find("\"status\":\"dry-run\"") != std::string::npos);
}

}  // namespace cdckit::snow_ddl
