#include "tools/snow-ddl/plan/plan_text.hpp"

#include <doctest/doctest.h>

namespace cdckit::snow_ddl {

namespace {

Script script() {
  Script made;
  made.name = *parse_script_name("V2__add_it.sql");
  made.path = "dir/V2__add_it.sql";
  made.checksum = "abc";
  made.statements = {{"create table t (p varchar default 's3cret')", 1}, {"drop table\n  u", 3}};
  return made;
}

const Script kScript = script();
const Mask kMask(Variables{{"p", {"s3cret", true}}});

HistoryEntry entry_of(bool success) {
  HistoryEntry entry;
  entry.version = "1";
  entry.script = "V1__old.sql";
  entry.description = "Old";
  entry.success = success;
  entry.installed_by = "ME";
  entry.installed_on = "2026-01-01T00:00:00.000Z";
  return entry;
}

struct Scene {
  std::vector<PlannedScript> plan{{&kScript, nullptr, nullptr, ScriptState::pending}};
  Losses losses{{&kScript, {{1, "drops TABLE U"}}}};
  PlanView view{plan, losses, kMask};
};

bool holds(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("a planned script, why it is to be run, and its statements") {
  Scene scene;
  CHECK(plan_line(scene.view, scene.plan[0]) ==
        R"j({"tool":"snow-ddl","script":"V2__add_it.sql","type":"V","version":"2",)j"
        R"j("description":"Add it","action":"run","reason":"new","checksum":"abc","statements":[)j"
        R"j({"n":1,"line":1,"sql":"create table t (p varchar default '***')",)j"
        R"j("destructive":false},{"n":2,"line":3,"sql":"drop table\n  u","destructive":true,)j"
        R"j("loses":"drops TABLE U"}]})j");
  const HistoryEntry failure = entry_of(false);
  scene.plan[0].failure = &failure;
  CHECK(holds(plan_line(scene.view, scene.plan[0]), "\"reason\":\"failed before\""));
}

TEST_CASE("what the server was asked, and what it said") {
  Scene scene;
  ServerChecks checks{{&kScript, {{1, "no such table"}}}};
  const PlanView view{scene.plan, scene.losses, kMask, &checks};
  const std::string line = plan_line(view, scene.plan[0]);
  CHECK(holds(line, R"("destructive":false,"check":"none"})"));
  CHECK(holds(line, R"("check":"refused","problem":"no such table"})"));
  CHECK(holds(plan_as_text(view), "   ? no such table"));
  CHECK(holds(plan_as_markdown(view), "#### Refused by the server\n\n- `V2__add_it.sql` line 3"));
  CHECK(holds(plan_as_annotations(view), "line=3,title=refused::no such table"));
  checks[&kScript][1].clear();
  CHECK(holds(plan_line(view, scene.plan[0]), R"("check":"ok"})"));
}

TEST_CASE("a plan without the server says so; code that holds a fence gets a longer one") {
  Scene scene;
  scene.view.offline = true;
  CHECK(holds(plan_line(scene.view, scene.plan[0]),
              "\"action\":\"run\",\"reason\":\"not known whether it is applied\""));
  CHECK(holds(plan_as_markdown(scene.view), "\nOffline: what is applied already is not known."));
  Script fenced = script();
  fenced.statements = {{"select '\n````\n# x'", 1}};
  scene.plan[0].script = &fenced;
  CHECK(holds(plan_as_markdown(scene.view), "\n`````sql\nselect '\n````\n# x';\n`````\n"));
}

TEST_CASE("for people, pull requests and annotations; secrets for nobody") {
  Scene scene;
  const std::string text = plan_as_text(scene.view);
  CHECK(holds(text, "run     V2__add_it.sql  (new)"));
  CHECK(holds(text, "drop table ..   ! drops TABLE U"));
  CHECK(holds(text, "1 to run, 0 refused"));
  const std::string page = plan_as_markdown(scene.view);
  CHECK(holds(page, "- `V2__add_it.sql` line 3: **drops TABLE U**"));
  CHECK(page.find("#### Destructive") < page.find("````sql"));
  const std::string notes = plan_as_annotations(scene.view);
  CHECK(holds(notes,
              "::notice file=dir/V2__add_it.sql,line=1,title=will run::V2__add_it.sql: new\n"));
  CHECK(
      holds(notes, "::warning file=dir/V2__add_it.sql,line=3,title=destructive::drops TABLE U\n"));
  scene.plan[0].state = ScriptState::late;
  CHECK(holds(plan_as_annotations(scene.view),
              "::error file=dir/V2__add_it.sql,line=1,title=refused::"));
  for (const std::string& all : {text, page, notes}) CHECK_FALSE(holds(all, "s3cret"));
}

TEST_CASE("the state of a script that failed, and of one that is gone") {
  const HistoryEntry failure = entry_of(false);
  const PlannedScript failed{&kScript, nullptr, &failure, ScriptState::pending};
  CHECK(status_line(failed) ==
        R"({"tool":"snow-ddl","script":"V2__add_it.sql","type":"V","version":"2",)"
        R"("description":"Add it","state":"failed","checksum":"abc",)"
        R"("installed_on":"2026-01-01T00:00:00.000Z","installed_by":"ME"})");
  const HistoryEntry success = entry_of(true);
  const PlannedScript missing{nullptr, &success, nullptr, ScriptState::missing};
  CHECK(status_line(missing) ==
        R"({"tool":"snow-ddl","script":"V1__old.sql","type":"V","version":"1",)"
        R"("description":"Old","state":"missing","checksum":null,)"
        R"("installed_on":"2026-01-01T00:00:00.000Z","installed_by":"ME"})");
}

}  // namespace cdckit::snow_ddl
