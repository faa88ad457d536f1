#include "tools/snow-ddl/plan/plan.hpp"

#include "tools/snow-ddl/scripts/checksum.hpp"

#include <doctest/doctest.h>

namespace cdckit::snow_ddl {
namespace {

Script script(const std::string& file, const std::string& text) {
  Script made;
  made.name = *parse_script_name(file);
  made.path = file;
  made.raw = made.rendered = text;
  made.checksum = checksum_of(text);
  return made;
}

// `text`: what the script said when it ran.
HistoryEntry entry(const std::string& file, const std::string& text, bool success = true) {
  const ScriptName name = *parse_script_name(file);
  HistoryEntry made;
  made.version = name.version;
  made.script = file;
  made.kind = kind_letter(name.kind);
  made.checksum = checksum_of(text);
  made.success = success;
  return made;
}

// "V1__a.sql=pending* ..."; the star: to be run.
std::string plan_text(const std::vector<Script>& scripts,
                      const std::vector<HistoryEntry>& history,
                      const PlanSettings& settings = {}) {
  std::string text;
  for (const PlannedScript& planned : make_plan(scripts, history, settings)) {
    text += planned.script != nullptr ? planned.script->name.file : planned.entry->script;
    text += "=" + std::string(to_text(planned.state)) + (planned.to_run() ? "* " : " ");
  }
  return text;
}

}  // namespace

TEST_CASE("without a history everything is to be run") {
  CHECK(plan_text({script("V1__a.sql", "x"), script("R__b.sql", "x"), script("A__c.sql", "x")},
                  {}) == "V1__a.sql=pending* R__b.sql=pending* A__c.sql=always* ");
}

TEST_CASE("what is applied and unchanged is not run again, always scripts are") {
  CHECK(plan_text({script("V1__a.sql", "x"), script("R__b.sql", "x"), script("A__c.sql", "x")},
                  {entry("V1__a.sql", "x"), entry("R__b.sql", "x"), entry("A__c.sql", "x")}) ==
        "V1__a.sql=applied R__b.sql=applied A__c.sql=always* ");
}

TEST_CASE("a changed repeatable script runs again, a changed versioned one is a conflict") {
  const std::vector<Script> scripts{script("V1__a.sql", "new"), script("R__b.sql", "new")};
  const std::vector<HistoryEntry> history{
      entry("V1__a.sql", "old"), entry("R__b.sql", "new"), entry("R__b.sql", "old")};
  CHECK(plan_text(scripts, history) == "V1__a.sql=changed R__b.sql=changed* ");
  CHECK(make_plan(scripts, history, {})[0].action() == Action::refuse);
  CHECK(make_plan(scripts, history, {})[1].action() == Action::run);
}

TEST_CASE("a failed script is not applied, whether it failed first or later") {
  const std::vector<Script> scripts{script("V1__a.sql", "x")};
  const std::vector<HistoryEntry> failed{entry("V1__a.sql", "x", false)};
  CHECK(plan_text(scripts, failed) == "V1__a.sql=pending* ");
  CHECK(make_plan(scripts, failed, {})[0].failure == &failed[0]);
  CHECK(plan_text(scripts, {failed[0], entry("V1__a.sql", "x")}) == "V1__a.sql=applied ");
}

TEST_CASE("a versioned script older than the newest applied one needs --out-of-order") {
  const std::vector<Script> scripts{
      script("V1.9__a.sql", "x"), script("V1.10__b.sql", "x"), script("V1.11__c.sql", "x")};
  const std::vector<HistoryEntry> history{entry("V1.10__b.sql", "x")};
  CHECK(plan_text(scripts, history) ==
        "V1.9__a.sql=late V1.10__b.sql=applied V1.11__c.sql=pending* ");
  CHECK(plan_text(scripts, history, {"", true}) ==
        "V1.9__a.sql=pending* V1.10__b.sql=applied V1.11__c.sql=pending* ");
}

TEST_CASE("a target leaves newer versions out, and only versions") {
  CHECK(plan_text({script("V1__a.sql", "x"), script("V2__b.sql", "x"), script("R__c.sql", "x")},
                  {},
                  {"1.5", false}) == "V1__a.sql=pending* V2__b.sql=beyond R__c.sql=pending* ");
}

TEST_CASE("what was applied and is gone is told, always scripts are not missed") {
  CHECK(
      plan_text(
          {}, {entry("V1__a.sql", "x"), entry("A__c.sql", "x"), entry("V2__f.sql", "x", false)}) ==
      "V1__a.sql=missing ");
}

TEST_CASE("a versioned script is known by its version, so its description may be reworded") {
  CHECK(plan_text({script("V1__better_words.sql", "x")}, {entry("V1__a.sql", "x")}) ==
        "V1__better_words.sql=applied ");
}

TEST_CASE("versions are known by what they mean, streams have their own") {
  CHECK(plan_text({script("V01__a.sql", "x")}, {entry("V1__a.sql", "x")}) == "V01__a.sql=applied ");
  Script other = script("V1__a.sql", "x");
  other.stream = "s";
  HistoryEntry newest = entry("V9__z.sql", "x");
  CHECK(plan_text({other}, {newest}).starts_with("V1__a.sql=pending* "));
  HistoryEntry own = entry("V2__b.sql", "x");
  own.version = "s/2";
  CHECK(plan_text({other}, {own}).starts_with("V1__a.sql=late "));
}

TEST_CASE("repeatable scripts run again with those that they come after") {
  std::vector<Script> scripts{script("R__a.sql", "new"), script("R__b.sql", "x")};
  scripts[1].after = {"R__a.sql"};
  CHECK(plan_text(scripts, {entry("R__a.sql", "old"), entry("R__b.sql", "x")}) ==
        "R__a.sql=changed* R__b.sql=follows* ");
  CHECK(plan_text(scripts, {entry("R__a.sql", "new"), entry("R__b.sql", "x")}) ==
        "R__a.sql=applied R__b.sql=applied ");
}

TEST_CASE("a digest is one of scripts, order, names of variables and history") {
  const std::vector<Script> scripts{script("V1__a.sql", "x"), script("V2__b.sql", "y")};
  const std::vector<HistoryEntry> none;
  const auto digest = [&](const std::vector<Script>& of,
                          const std::vector<HistoryEntry>& history,
                          const Variables& variables) {
    return digest_of(make_plan(of, history, {}), variables);
  };
  const std::string first = digest(scripts, none, {});
  CHECK(first.size() == 64);
  CHECK(first == digest(scripts, none, {}));
  CHECK(first != digest({scripts[0], script("V2__b.sql", "z")}, none, {}));
  CHECK(first != digest({scripts[0]}, none, {}));
  CHECK(first != digest(scripts, {entry("V1__a.sql", "x")}, {}));
  CHECK(first != digest(scripts, {entry("V1__a.sql", "x", false)}, {}));
  const std::string named = digest(scripts, none, {{"n", {"1", false}}});
  CHECK(first != named);
  CHECK(named == digest(scripts, none, {{"n", {"2", true}}}));
}

}  // namespace cdckit::snow_ddl
