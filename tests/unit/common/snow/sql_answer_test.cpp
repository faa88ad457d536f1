#include "common/snow/sql_answer.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

using namespace cdckit;

TEST_CASE("a statement's body takes what is open from the connection") {
  snow::ConnectionSettings settings;
  settings.database = "CDC";
  settings.role = "LOADER";
  snow::Statement statement;
  statement.text = "SELECT ?";
  statement.database = "OTHER";
  statement.bindings = {{"FIXED", "1"}, {"TEXT", std::nullopt}};
  statement.count = 2;
  const auto body = nlohmann::json::parse(snow::statement_body(statement, settings));
  CHECK(body["database"] == "OTHER");
  CHECK(body["role"] == "LOADER");
  CHECK_FALSE(body.contains("warehouse"));
  CHECK(body["bindings"]["1"]["value"] == "1");
  CHECK(body["bindings"]["2"]["value"].is_null());
  CHECK(body["parameters"]["multi_statement_count"] == "2");
}

TEST_CASE("answers: columns, rows with NULL, counts, partitions") {
  const snow::Answer answer = snow::parse_answer(
      R"({"statementHandle":"h","resultSetMetaData":{"rowType":[{"name":"A","type":"FIXED","scale":0,
      "precision":38,"nullable":false}],"partitionInfo":[{"rowCount":1},{"rowCount":1}]},
      "data":[["1"],[null]],"stats":{"numRowsInserted":4}})");
  CHECK(answer.partitions == 2);
  CHECK(answer.result.columns[0].type == "fixed");
  CHECK(answer.result.columns[0].precision == 38);
  CHECK(answer.result.rows.size() == 2);
  CHECK_FALSE(answer.result.rows[1][0].has_value());
  CHECK(answer.result.inserted == 4);
  snow::StatementResult result = answer.result;
  snow::append_partition(R"({"data":[["9"]]})", result);
  CHECK(result.text(2, "a") == "9");
  CHECK_THROWS_AS(snow::parse_answer("<html>"), base::Error);
}

TEST_CASE("an answer of another shape is a surprise of the protocol, not our own bug") {
  for (const char* body : {R"([])",
                           R"(7)",
                           R"({"resultSetMetaData":[]})",
                           R"({"resultSetMetaData":"x"})",
                           R"({"resultSetMetaData":{"rowType":{"name":"A"}}})",
                           R"({"resultSetMetaData":{"rowType":["A"]}})",
                           R"({"resultSetMetaData":{"rowType":[{"name":"A","nullable":"yes"}]}})",
                           R"({"resultSetMetaData":{"rowType":[{"name":"A"}]},"data":[["1","2"]]})",
                           R"({"resultSetMetaData":{"rowType":[{"name":"A"}]},"data":[[]]})",
                           R"({"data":{"0":["1"]}})",
                           R"({"data":["1"]})",
                           R"({"data":[{"A":"1"}]})",
                           R"({"statementHandles":"h"})",
                           R"({"statementHandles":[1]})"}) {
    CAPTURE(body);
    try {
      (void)snow::parse_answer(body);
      FAIL("it was read");
    } catch (const base::Error& error) {
      CHECK(error.kind() == base::ErrorKind::protocol);
    }
  }
  snow::StatementResult result;
  CHECK_THROWS_AS(snow::append_partition(R"({"data":"x"})", result), base::Error);
  CHECK_NOTHROW(snow::parse_answer(R"({"data":null,"resultSetMetaData":null})"));
  result.columns = {{"A", "fixed", true, {}, {}}};
  CHECK_THROWS_AS((void)result.text(0, "A"), base::Error);
}

TEST_CASE("failures are read whatever comes") {
  const auto failure = snow::parse_failure(
      R"({"code":"002003","sqlState":"42S02","message":"gone","statementHandle":"h"})");
  CHECK(failure.code == "002003");
  CHECK(failure.handle == "h");
  CHECK(snow::parse_failure("<html>").code.empty());
  CHECK(snow::kind_of_sql_code("002003") == base::ErrorKind::unavailable);
  CHECK(snow::kind_of_sql_code("003001") == base::ErrorKind::permission);
  CHECK(snow::kind_of_sql_code("100038") == base::ErrorKind::data);
}
