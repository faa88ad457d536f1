#include "tools/walcat/debezium/mapping.hpp"

#include "tests/unit/tools/walcat/debezium/print.hpp"

#include <doctest/doctest.h>

using namespace cdckit::walcat;

TEST_CASE("a schema's members stand in the JsonConverter's order") {
  ConnectSchema schema = simple_schema("int32", "a.b");
  schema.doc = "d";
  schema.parameters = R"({"p":"1"})";
  CHECK(schema_json(schema, {.optional = false, .default_value = "7", .field = "f\""}) ==
        R"({"type":"int32","optional":false,"name":"a.b","version":1,"doc":"d",)"
        R"("parameters":{"p":"1"},"default":7,"field":"f\""})");
  CHECK(schema_json(simple_schema("string"), {}) == R"({"type":"string","optional":true})");
}

TEST_CASE("a value without a place is null") {
  std::string out;
  append_unrepresentable(out, "NaN", "nothing keeps it");
  append_unrepresentable(out, "NaN", "nothing keeps it");
  CHECK(out == "nullnull");
}
