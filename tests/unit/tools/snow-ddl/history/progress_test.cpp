#include "tools/snow-ddl/history/progress.hpp"

#include "tests/unit/tools/snow-ddl/support.hpp"

#include <doctest/doctest.h>

namespace cdckit::snow_ddl {

namespace {

Step step(std::uint64_t statement, StepState state, std::uint64_t attempt = 1) {
  return {.script = "V1__a's.sql",
          .checksum = "c",
          .statement = statement,
          .attempt = attempt,
          .request_id = "r" + std::to_string(attempt),
          .state = state};
}

snow::StatementResult rows(const std::vector<snow::ResultRow>& rows) {
  snow::StatementResult result;
  for (const char* name : {"SCRIPT", "CHECKSUM", "STATEMENT", "ATTEMPT", "REQUEST_ID", "STATE"})
    result.columns.push_back(text_column(name));
  result.rows = rows;
  return result;
}

}  // namespace

TEST_CASE("the last word about a statement counts, in whatever order rows come") {
  FakeServer server;
  server.answer("SELECT SCRIPT",
                rows({{"a", "c", "1", "1", "x", "DONE"},
                      {"a", "c", "1", "1", "x", "INTENT"},
                      {"a", "c", "2", "2", "z", "INTENT"},
                      {"a", "c", "2", "1", "y", "FAILED"},
                      {"b", "c", "1", "1", "w", "INTENT"}}));
  auto found = Progress({}, server.execute()).read(false);
  REQUIRE(found.size() == 2);
  CHECK(found["a"][1].state == StepState::done);
  CHECK(found["a"][2].state == StepState::intent);
  CHECK(found["a"][2].request_id == "z");
  CHECK(found["b"][1].state == StepState::intent);
}

TEST_CASE("without a table nothing was begun; whoever is to write makes it") {
  FakeServer server;
  server.fail_next("SELECT SCRIPT", "002003");
  CHECK(Progress({}, server.execute()).read(false).empty());
  CHECK(server.statements.size() == 1);
  server.fail_next("SELECT SCRIPT", "002003");
  server.answer("SELECT SCRIPT", rows({}));
  CHECK(Progress({}, server.execute()).read(true).empty());
  CHECK(server.texts().find(
            "CREATE TABLE \"METADATA\".\"SCHEMACHANGE\".\"CHANGE_HISTORY_PROGRESS\"") !=
        std::string::npos);
}

TEST_CASE("under a condition nothing is added any more once it does not hold") {
  FakeServer server;
  Progress progress({}, server.execute());
  progress.guard("EXISTS (SELECT 1 FROM L WHERE RUN = 'x')");
  snow::StatementResult written;
  written.inserted = 1;
  server.answer("CHANGE_HISTORY_PROGRESS", written);
  progress.add({step(1, StepState::intent)});
  CHECK(server.statements.back().text.ends_with(" WHERE EXISTS (SELECT 1 FROM L WHERE RUN = 'x')"));
  CHECK(progress.forget_text("s").ends_with(" AND EXISTS (SELECT 1 FROM L WHERE RUN = 'x')"));
  CHECK(progress.add_text({step(1, StepState::done)}).find("EXISTS") == std::string::npos);
  FakeServer other;
  other.answer("INSERT", text_result({"number of rows inserted"}, {{"0"}}));
  Progress lost({}, other.execute());
  lost.guard("FALSE");
  try {
    lost.add({step(1, StepState::intent)});
    FAIL("added");
  } catch (const base::Error& error) {
    CHECK(error.kind() == base::ErrorKind::temporary);
  }
}

TEST_CASE("that rows can be taken out is proved before anything runs") {
  FakeServer server;
  server.fail_next("DELETE", "003001", base::ErrorKind::permission);
  try {
    Progress({}, server.execute()).prove();
    FAIL("proved");
  } catch (const base::Error& error) {
    CHECK(error.kind() == base::ErrorKind::permission);
    CHECK(std::string(error.hint()).find("GRANT SELECT, INSERT, UPDATE, DELETE") !=
          std::string::npos);
  }
}

TEST_CASE("rows are written in one statement, texts as texts") {
  FakeServer server;
  Progress progress({}, server.execute());
  progress.add({});
  CHECK(server.statements.empty());
  progress.add({step(1, StepState::done), step(2, StepState::intent)});
  REQUIRE(server.statements.size() == 1);
  const std::string& text = server.statements[0].text;
  CHECK(text.find("SELECT 'V1__a\\'s.sql', 'c', 1, 1, 'r1', 'DONE'") +
            text.find("SELECT 'V1__a''s.sql', 'c', 1, 1, 'r1', 'DONE'") !=
        2 * std::string::npos);
  CHECK(text.find("UNION ALL") != std::string::npos);
  progress.replace("x", {{1, step(1, StepState::done)}});
  CHECK(server.statements[1].text.find("DELETE FROM") != std::string::npos);
  CHECK(server.statements[1].count == 4);
}

}  // namespace cdckit::snow_ddl
