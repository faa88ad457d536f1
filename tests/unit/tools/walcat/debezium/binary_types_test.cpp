#include "tests/unit/tools/walcat/debezium/print.hpp"

#include <doctest/doctest.h>

using namespace cdckit::walcat;

using namespace walcat_test;

TEST_CASE("bytea in every form") {
  const auto in_form = [](const char* form) {
    return print({oid::kBytea, -1, with(&DebeziumSettings::binary_handling, form)}, "\\xfbff10");
  };
  CHECK(in_form("bytes") == "\"+/8Q\"");
  CHECK(in_form("base64") == "\"+/8Q\"");
  CHECK(in_form("base64-url-safe") == "\"-_8Q\"");
  CHECK(in_form("hex") == "\"fbff10\"");
  CHECK(print({oid::kBytea}, "\\x") == "\"\"");
}

TEST_CASE("bits: the lowest byte first, empty ones dropped") {
  CHECK(print({oid::kBit, 5}, "10011") == "\"Ew==\"");
  CHECK(print({oid::kBit, 12}, "000000110001") == "\"MQ==\"");
  CHECK(print({oid::kBit, 9}, "100000001") == "\"AQE=\"");
  CHECK(print({oid::kBit, 5}, "00000") == "\"\"");
  CHECK(print({oid::kVarbit}, "") == "\"\"");
  CHECK(print({oid::kBit, 1}, "1") == "true");
  CHECK(print({oid::kVarbit, 1}, "0") == "false");
}

TEST_CASE("an unchanged value in every form") {
  const auto unavailable = [](const char* form) {
    return map_type({type_of(oid::kBytea)}, with(&DebeziumSettings::binary_handling, form))
        .unavailable;
  };
  CHECK(unavailable("bytes") == "\"X19kZWJleml1bV91bmF2YWlsYWJsZV92YWx1ZQ==\"");
  CHECK(unavailable("base64-url-safe") == "\"X19kZWJleml1bV91bmF2YWlsYWJsZV92YWx1ZQ==\"");
  CHECK(unavailable("hex") == "\"__debezium_unavailable_value\"");
}
