#include "common/avro/nothing.hpp"

#include "tests/unit/common/avro/round_trip.hpp"

using namespace cdckit::avro;

namespace {
std::string nothing_of(const char* schema) {
  Codec codec(schema);
  Buffer bytes;
  if (!append_nothing(bytes, codec.plan, codec.plan.root())) return "endless";
  return codec.decode(bytes.view());
}
}  // namespace

TEST_CASE("null where it may be, else zero or what is empty") {
  CHECK(nothing_of(R"("null")") == "null");
  CHECK(nothing_of(R"(["int","null"])") == "null");
  CHECK(nothing_of(R"(["int","string","null"])") == "0");
  CHECK(nothing_of(R"({"type":"enum","name":"E","symbols":["a","b"]})") == "\"a\"");
  CHECK(nothing_of(R"({"type":"bytes","logicalType":"big-decimal"})") == "\"0\"");
  CHECK(nothing_of(R"({"type":"fixed","name":"U","size":16,"logicalType":"uuid"})") ==
        "\"00000000-0000-0000-0000-000000000000\"");
  CHECK(nothing_of(R"({"type":"fixed","name":"D","size":12,"logicalType":"duration"})") ==
        "\"P0M0DT0.000S\"");
}

TEST_CASE("a record that holds itself has none") {
  CHECK(nothing_of(R"({"type":"record","name":"R","fields":[{"name":"r","type":"R"}]})") ==
        "endless");
  CHECK(nothing_of(R"({"type":"record","name":"R","fields":[{"name":"r","type":["null","R"]}]})") ==
        R"({"r":null})");
}
