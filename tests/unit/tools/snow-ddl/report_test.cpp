#include "tools/snow-ddl/report.hpp"

#include <doctest/doctest.h>

namespace cdckit::snow_ddl {
namespace {

const Script kScript{*parse_script_name("V2__add_it.sql"),
                     "dir/V2__add_it.sql",
                     "abc",
                     {{"select 1", 1}, {"select 2", 2}}};

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

}  // namespace

TEST_CASE("a planned script and why it is to be run") {
  PlannedScript planned;
  planned.script = &kScript;
  CHECK(plan_line(planned) ==
        R"({"tool":"snow-ddl","script":"V2__add_it.sql","type":"V","version":"2",)"
        R"("description":"Add it","reason":"new","statements":2,"checksum":"abc"})");
  const HistoryEntry failure = entry_of(false);
  planned.failure = &failure;
  CHECK(plan_line(planned).find("\"reason\":\"failed before\"") != std::string::npos);
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
