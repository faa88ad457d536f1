#include "tools/snow-ddl/result/result_text.hpp"

#include <doctest/doctest.h>

namespace cdckit::snow_ddl {
namespace {

std::string value(const std::string& type, const snow::Cell& cell) {
  snow::ResultColumn column;
  column.type = type;
  std::string out;
  ResultText().append_value(out, column, cell);
  return out;
}

}  // namespace

TEST_CASE("numbers keep their digits, what JSON cannot say becomes text") {
  CHECK(value("fixed", "12345678901234567890123456789012345678") ==
        "12345678901234567890123456789012345678");
  CHECK(value("fixed", "-1.50") == "-1.50");
  CHECK(value("real", "1.5e+300") == "1.5e+300");
  for (const char* text : {"NaN", "inf", "-inf", ".5", "1.", "01", "", "-", "1e", "+1", "1 "}) {
    CAPTURE(text);
    CHECK(value("real", text) == "\"" + std::string(text) + "\"");
  }
}

TEST_CASE("null is null whatever the type, text is escaped") {
  CHECK(value("fixed", std::nullopt) == "null");
  CHECK(value("variant", std::nullopt) == "null");
  CHECK(value("text", "null") == "\"null\"");
  CHECK(value("text", "a\"\n") == "\"a\\\"\\n\"");
  CHECK(value("text", "12") == "\"12\"");
}

TEST_CASE("booleans are booleans") {
  CHECK(value("boolean", "true") == "true");
  CHECK(value("boolean", "FALSE") == "false");
}

TEST_CASE("semi-structured values are nested on one line") {
  CHECK(value("variant", "{\n  \"a b\": [ 1,\n 2 ],\n \"c\": \"x \\\" \\n y\"\n}") ==
        R"({"a b":[1,2],"c":"x \" \n y"})");
  CHECK(value("array", "[]") == "[]");
  CHECK(value("variant", "undefined") == "\"undefined\"");
}

TEST_CASE("dates and times are ISO 8601") {
  CHECK(value("date", "0") == "\"1970-01-01\"");
  CHECK(value("date", "-1") == "\"1969-12-31\"");
  CHECK(value("time", "11045.500000000") == "\"03:04:05.5\"");
  CHECK(value("timestamp_ntz", "1704164645.120000000") == "\"2024-01-02T03:04:05.12\"");
  CHECK(value("timestamp_ntz", "1704164645.000000000") == "\"2024-01-02T03:04:05\"");
  CHECK(value("timestamp_ltz", "1704164645.123456789") == "\"2024-01-02T03:04:05.123456789Z\"");
  CHECK(value("timestamp_tz", "1704164645.000000000 960") == "\"2024-01-01T19:04:05-08:00\"");
  CHECK(value("timestamp_tz", "1704164645.000000000 1470") == "\"2024-01-02T03:34:05+00:30\"");
  CHECK(value("timestamp_ntz", "-0.500000000") == "\"1969-12-31T23:59:59.5\"");
  CHECK(value("timestamp_ntz", "-1") == "\"1969-12-31T23:59:59\"");
}

TEST_CASE("what is formatted already stays as it is") {
  CHECK(value("timestamp_ntz", "2024-01-02 03:04:05") == "\"2024-01-02 03:04:05\"");
  CHECK(value("date", "2024-01-02") == "\"2024-01-02\"");
  CHECK(value("timestamp_tz", "1704164645.0 9999") == "\"1704164645.0 9999\"");
}

TEST_CASE("a row is an object by column name") {
  snow::StatementResult result;
  snow::ResultColumn number;
  number.name = "A";
  number.type = "fixed";
  snow::ResultColumn text;
  text.name = "b \"c\"";
  text.type = "text";
  result.columns = {number, text};
  result.rows = {{"1", "x"}, {std::nullopt, std::nullopt}};
  std::string out;
  ResultText writer;
  writer.append_row(out, result, 0);
  writer.append_row(out, result, 1);
  CHECK(out == R"({"A":1,"b \"c\"":"x"}{"A":null,"b \"c\"":null})");
}

TEST_CASE("rows are those touched, or those given back, but not a report") {
  snow::StatementResult result;
  CHECK(row_count(result) == 0);
  snow::ResultColumn column;
  column.name = "N";
  result.columns = {column};
  result.rows = {{"1"}, {"2"}};
  CHECK(row_count(result) == 2);
  result.columns[0].name = "status";
  CHECK(row_count(result) == 0);
  result.columns[0].name = "number of rows inserted";
  CHECK(row_count(result) == 0);
  result.inserted = 3;
  result.deleted = 4;
  CHECK(row_count(result) == 7);
}

}  // namespace cdckit::snow_ddl
