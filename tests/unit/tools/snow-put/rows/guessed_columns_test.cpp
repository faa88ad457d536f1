#include "tools/snow-put/rows/guessed_columns.hpp"

#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

using namespace cdckit;

namespace {

std::string guessed(const std::vector<std::string>& lines) {
  snow_put::GuessedColumns columns;
  event::Decoder decoder;
  for (const std::string& line : lines) {
    event::Event row;
    event::LineKind kind{};
    REQUIRE(decoder.decode(line, false, kind, row) == nullptr);
    columns.see(row);
  }
  std::string out;
  for (const auto& [name, type] : columns.columns()) out += name + " " + type + ";";
  return out;
}

}  // namespace

TEST_CASE("what rows show is what columns are") {
  CHECK(guessed({R"({"id":1,"on ground":true,"name":"a","lat":1.5,"doc":{},"list":[]})"}) ==
        "ID NUMBER(38,0);on ground BOOLEAN;NAME VARCHAR;LAT FLOAT;DOC VARIANT;LIST VARIANT;");
}

TEST_CASE("null says nothing, and two kinds make a document") {
  CHECK(guessed({R"({"id":1,"x":null})"}) == "ID NUMBER(38,0);");
  CHECK(guessed({R"({"x":null})", R"({"x":"a"})"}) == "X VARCHAR;");
  CHECK(guessed({R"({"x":1})", R"({"x":1e2})", R"({"x":null})"}) == "X FLOAT;");
  CHECK(guessed({R"({"x":{}})", R"({"x":5})", R"({"x":"a"})"}) == "X VARIANT;");
  CHECK(guessed({R"({"a":1,"b":2})", R"({"b":"t","c":true,"a":3})"}) ==
        "A NUMBER(38,0);B VARIANT;C BOOLEAN;");
}

TEST_CASE("names that are one column are taken together, names of no column give none") {
  CHECK(guessed({R"({"a":1,"A":2.5,"b":null,"B":true})"}) == "A FLOAT;B BOOLEAN;");
  CHECK(guessed({R"({"":1,"RECORD_METADATA":{},"_cdc_pos":"x","c":1})"}) == "C NUMBER(38,0);");
  CHECK(guessed({"{\"" + std::string(256, 'x') + "\":1,\"c\":1}"}) == "C NUMBER(38,0);");
}

TEST_CASE("what kcat-cdc put on a row is no part of it") {
  CHECK(
      guessed(
          {R"({"pos":null,"key":{"x":1},"kafka":{"topic":"t","partition":0,"offset":7},"id":1})"}) ==
      "ID NUMBER(38,0);");
}
