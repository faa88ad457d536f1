#include "tools/snow-ddl/run/apply.hpp"

#include "common/snow/digest.hpp"
#include "tests/unit/tools/snow-ddl/support.hpp"

#include <doctest/doctest.h>

namespace cdckit::snow_ddl {

namespace {

struct Scene {
  Scene() {
    folder.add("V1__a.sql", "select 1;\nselect 2;")
        .add("V2__b.sql", "use cdc;\nselect 3;")
        .add("V3__c.sql", "insert into t select 4");
  }

  Outcome apply(const ApplySettings& settings = {}) {
    scripts = load_scripts({folder.path()});
    History history({}, server.execute());
    Progress progress({}, server.execute());
    Applier applier(history,
                    progress,
                    {server.execute(),
                     server.fetch(),
                     [this] { return lost; },
                     [] { return std::string("OWN"); }},
                    Mask(),
                    [&](const std::string& line) { lines.push_back(line); });
    return applier.apply(make_plan(scripts, {}, {}), settings, {});
  }

  // What the server was asked: statements, +n intents, marks of what is done, history rows.
  std::string asked() const {
    std::string text;
    for (const snow::Statement& statement : server.statements) {
      const std::string& sql = statement.text;
      const auto has = [&](const char* what) { return sql.find(what) != std::string::npos; };
      if (sql.starts_with("SELECT SCRIPT")) continue;
      if (has("'INTENT'")) text += "intent ";
      if (sql.starts_with("select")) text += sql + (statement.again ? " again " : " ");
      if (has("insert into t")) text += has("'DONE'") ? "insert+done " : "insert ";
      if (has("'FAILED'")) text += "failed ";
      if (has("'Success'")) text += has("DELETE FROM") ? "[success] " : "success ";
      if (has("'Failed'")) text += "[failure] ";
    }
    return text;
  }

  // What the progress table says of V1.
  void know(const std::vector<std::pair<std::string, std::string>>& steps) {
    snow::StatementResult result;
    for (const char* name : {"SCRIPT", "CHECKSUM", "STATEMENT", "ATTEMPT", "REQUEST_ID", "STATE"})
      result.columns.push_back(text_column(name));
    for (std::size_t i = 0; i < steps.size(); ++i)
      result.rows.push_back({"V1__a.sql",
                             snow::sha256_hex(steps[i].first),
                             std::to_string(i + 1),
                             "1",
                             "request",
                             steps[i].second});
    server.answer("SELECT SCRIPT", result);
  }

  ScriptFolder folder;
  FakeServer server;
  std::vector<Script> scripts;
  std::vector<std::string> lines;
  bool lost = false;
};

}  // namespace

TEST_CASE("scripts run in order, intents before statements, each script remembered once") {
  Scene scene;
  CHECK(scene.apply() == Outcome::done);
  CHECK(scene.asked() ==
        "intent select 1 intent select 2 [success] intent select 3 [success] intent insert+done "
        "[success] ");
  REQUIRE(scene.lines.size() == 5);
  CHECK(scene.lines[1].find(
            "\"script\":\"V1__a.sql\",\"statement\":2,\"line\":2,\"status\":\"ok\"") !=
        std::string::npos);
}

TEST_CASE("the context of one script does not leak into the next") {
  Scene scene;
  CHECK(scene.apply() == Outcome::done);
  for (const snow::Statement& statement : scene.server.statements) {
    if (statement.text == "select 3") CHECK(statement.database == "CDC");
    if (statement.text.find("insert into t") != std::string::npos)
      CHECK(statement.database.empty());
  }
}

TEST_CASE("the first failure is remembered, reported with its place, and ends the run") {
  Scene scene;
  scene.server.fail_next("select 3", "001003");
  CHECK(scene.apply() == Outcome::refused);
  CHECK(scene.asked() ==
        "intent select 1 intent select 2 [success] intent select 3 failed [failure] ");
  CHECK(scene.lines.back().find(R"("status":"failed","rows":0)") != std::string::npos);
  CHECK(scene.lines.back().find(R"("query_id":"handle-x","code":"001003","sql_state":"42000")") !=
        std::string::npos);
}

TEST_CASE("a missing permission and a server that is gone are told as such") {
  Scene scene;
  scene.server.fail_next("select 1", "003001", base::ErrorKind::permission);
  try {
    (void)scene.apply();
    FAIL("applied");
  } catch (const base::Error& error) {
    CHECK(error.kind() == base::ErrorKind::permission);
    CHECK(std::string(error.what()) ==
          "could not apply \"V1__a.sql\": statement 1 (line 1): could not run statement: no");
  }
  Scene other;
  other.server.fail_next("select 1", "000000", base::ErrorKind::temporary);
  CHECK_THROWS_AS((void)other.apply(), base::Error);
  CHECK(other.asked() == "intent select 1 ");  // what became of it is for the next run
}

TEST_CASE("it goes on behind what is done, and asks again for what may have run") {
  Scene scene;
  scene.know({{"select 1", "DONE"}, {"select 2", "INTENT"}});
  CHECK(scene.apply() == Outcome::done);
  CHECK(scene.asked().starts_with("select 2 again [success] intent select 3"));
  CHECK(scene.server.statements[1].request_id == "request");
  Scene failed;
  failed.know({{"select 1", "FAILED"}});
  CHECK(failed.apply() == Outcome::done);
  CHECK(failed.asked().starts_with("intent select 1 intent select 2"));
}

TEST_CASE("DDL that is asked for again may find its object") {
  for (const char* state : {"INTENT", "FAILED"}) {
    Scene scene;
    scene.folder.add("V1__a.sql", "create table t (a int)");
    scene.know({{"create table t (a int)", state}});
    scene.server.fail_next("create table", "002002");
    CHECK(scene.apply() == (state[0] == 'I' ? Outcome::done : Outcome::refused));
  }
}

TEST_CASE("statements that ran and are others now stop everything") {
  Scene scene;
  scene.know({{"select 0", "DONE"}});
  CHECK(scene.apply() == Outcome::refused);
  CHECK(scene.asked().empty());
  CHECK_THROWS_WITH_AS(
      (void)resume_at(
          scene.scripts[0],
          {{1, {"V1__a.sql", snow::sha256_hex("select 0"), 1, 1, "r", StepState::done}}},
          Mask()),
      doctest::Contains("statement 1, which ran already, is another one now"),
      base::Error);
}

TEST_CASE("behind a repeatable script that fails the others run when asked") {
  for (const bool keep_going : {false, true}) {
    Scene scene;
    scene.folder.add("R__1.sql", "select 5")
        .add("R__2.sql", "-- snow-ddl: after R__1\nselect 6")
        .add("R__3.sql", "select 7");
    scene.server.fail_next("select 5", "001003");
    CHECK(scene.apply({.keep_going = keep_going}) == Outcome::refused);
    CHECK(scene.asked().find("select 6") == std::string::npos);
    CHECK((scene.asked().find("select 7") != std::string::npos) == keep_going);
  }
}

TEST_CASE("a server that cannot commit rows and mark together gets them one behind the other") {
  Scene scene;
  scene.folder.add("V1__a.sql", "insert into t select 1; insert into t select 2");
  scene.server.fail_next("BEGIN;\ninsert into t",
                         "100132",
                         base::ErrorKind::data,
                         "x (at line 3, statement 3).\none database at a time");
  CHECK(scene.apply() == Outcome::done);
  CHECK(scene.asked().starts_with(
      "intent insert+done failed intent insert+done intent insert+done "));
  std::size_t alone = 0;
  for (const auto& statement : scene.server.statements)
    alone += statement.text.starts_with("insert into t") ? 1U : 0U;
  CHECK(alone == 3);  // with that of the next script
}

TEST_CASE("marks are written by our own role, whatever role the script uses") {
  Scene scene;
  scene.folder.add("V1__a.sql", "use role \"Reader\"; insert into t select 1");
  CHECK(scene.apply() == Outcome::done);
  const std::string all = scene.server.texts();
  const std::size_t ours = all.find("USE ROLE \"OWN\"");
  REQUIRE(ours != std::string::npos);
  CHECK(all.find("'DONE'", ours) < all.find("use role \"Reader\"", ours));
}

TEST_CASE("a USE inside of a unit counts behind it") {
  Scene scene;
  scene.folder.add("V1__a.sql",
                   "begin; use schema b; insert into x select 1; commit; select 11; use role "
                   "identifier('r'); use schema c; select 12");
  CHECK(scene.apply() == Outcome::done);
  for (const snow::Statement& statement : scene.server.statements) {
    if (statement.text == "select 11") CHECK(statement.schema == "B");
    if (statement.text.find("select 12") != std::string::npos)
      CHECK(statement.text.starts_with("use role identifier('r');\nuse schema c;\nselect 12"));
  }
}

TEST_CASE("marks are written by our own role inside of a transaction that changes it") {
  Scene scene;
  scene.folder.add("V1__a.sql", "begin; use role r; insert into x select 1; commit");
  CHECK(scene.apply() == Outcome::done);
  CHECK(scene.server.texts().find("insert into x select 1;\nUSE ROLE \"OWN\";\nINSERT INTO") !=
        std::string::npos);
}

TEST_CASE("nothing runs once the lock is lost") {
  Scene scene;
  scene.lost = true;
  CHECK_THROWS_WITH_AS((void)scene.apply(), doctest::Contains("the lock"), base::Error);
  CHECK(scene.asked().empty());
}

TEST_CASE("a rehearsal asks nobody") {
  Scene scene;
  scene.scripts = load_scripts({scene.folder.path()});
  History history({}, scene.server.execute());
  Progress progress({}, scene.server.execute());
  const Applier applier(history,
                        progress,
                        {scene.server.execute(), scene.server.fetch(), {}, {}},
                        Mask(),
                        [&](const std::string& line) { scene.lines.push_back(line); });
  applier.rehearse(make_plan(scene.scripts, {}, {}));
  CHECK(scene.server.statements.empty());
  REQUIRE(scene.lines.size() == 5);
  CHECK(scene.lines[0].find("\"status\":\"dry-run\"") != std::string::npos);
}

}  // namespace cdckit::snow_ddl
