#include "common/avro/avro_to_connect.hpp"

#include "common/avro/connect_to_avro.hpp"
#include "common/base/error.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

using namespace cdckit;
using namespace cdckit::avro;

namespace {
std::string connect(std::string_view avro) {
  return avro_to_connect(Schema::parse(avro));
}
std::string there_and_back(const std::string& text, NameAdjustment mode = NameAdjustment::none) {
  return connect(connect_to_avro(text, {.adjustment = mode}).schema);
}
}  // namespace

TEST_CASE("what was made of a Connect schema becomes that schema again") {
  for (
      const char* text :
      {R"({"type":"struct","fields":[{"type":"int32","optional":false,"field":"id"}],)"
       R"("optional":false,"name":"app.inv.types.Key"})",
       R"({"type":"struct","fields":[{"type":"bytes","optional":true,)"
       R"("name":"org.apache.kafka.connect.data.Decimal","version":1,)"
       R"("parameters":{"scale":"2","connect.decimal.precision":"7"},"default":"e/8=","field":"n"},)"
       R"({"type":"int16","optional":false,"default":3,"field":"s"},)"
       R"({"type":"struct","fields":[{"type":"int32","optional":false,"field":"scale"},)"
       R"({"type":"bytes","optional":false,"field":"value"}],"optional":true,)"
       R"("name":"io.debezium.data.VariableScaleDecimal","version":1,"doc":"Variable scaled decimal",)"
       R"("default":{"scale":1,"value":"Dw=="},"field":"v"},)"
       R"({"type":"struct","fields":[{"type":"int32","optional":false,"field":"scale"},)"
       R"({"type":"bytes","optional":false,"field":"value"}],"optional":false,)"
       R"("name":"io.debezium.data.VariableScaleDecimal","version":1,"doc":"Variable scaled decimal",)"
       R"("field":"w"},)"
       R"({"type":"array","items":{"type":"string","optional":true},"optional":true,"field":"a"},)"
       R"({"type":"map","keys":{"type":"string","optional":false},"values":{"type":"string",)"
       R"("optional":true},"optional":true,"field":"h"},)"
       R"({"type":"map","keys":{"type":"int16","optional":false},"values":{"type":"double",)"
       R"("optional":false},"optional":true,"field":"p"},)"
       R"({"type":"float","optional":true,"field":"f"},{"type":"boolean","optional":true,"field":"b"}],)"
       R"("optional":false,"name":"app.inv.types.Value","version":2})"})
    CHECK(nlohmann::json::parse(there_and_back(text)) == nlohmann::json::parse(text));
}

TEST_CASE("original names come back") {
  const char* text =
      R"({"type":"struct","fields":[{"type":"int32","optional":false,"field":"my col"}],)"
      R"("optional":false,"name":"app.x-y.t.Key"})";
  CHECK(there_and_back(text, NameAdjustment::avro) == text);
  CHECK(there_and_back(text, NameAdjustment::avro_unicode) == text);
}

TEST_CASE("Avro without Connect's notes: logical types get the names that sinks know") {
  const auto field = [](const std::string& type) {
    const auto made = nlohmann::ordered_json::parse(
        connect(R"({"type":"record","name":"R","fields":[{"name":"x","type":)" + type + "}]}"));
    CHECK(made.at("name") == "R");
    return made.at("fields").at(0).dump();
  };
  CHECK(
      field(R"({"type":"int","logicalType":"date"})") ==
      R"({"type":"int32","optional":false,"name":"org.apache.kafka.connect.data.Date","version":1,"field":"x"})");
  CHECK(
      field(R"(["null",{"type":"long","logicalType":"timestamp-micros"}])") ==
      R"({"type":"int64","optional":true,"name":"io.debezium.time.MicroTimestamp","version":1,"field":"x"})");
  CHECK(
      field(R"({"type":"bytes","logicalType":"decimal","precision":9,"scale":2})") ==
      R"({"type":"string","optional":false,"parameters":{"__debezium.source.column.type":"NUMERIC",)"
      R"("__debezium.source.column.length":"9","__debezium.source.column.scale":"2"},"field":"x"})");
  CHECK(
      field(R"({"type":"fixed","name":"U","size":16,"logicalType":"uuid"})") ==
      R"({"type":"string","optional":false,"name":"io.debezium.data.Uuid","version":1,"field":"x"})");
  CHECK(field(R"({"type":"enum","name":"E","symbols":["a"]})") ==
        R"({"type":"string","optional":false,"field":"x"})");
  CHECK(field(R"({"type":"fixed","name":"F","size":4})") ==
        R"({"type":"bytes","optional":false,"field":"x"})");
  CHECK(field(R"(["null","int","string"])") == R"({"type":"string","optional":false,"field":"x"})");
  CHECK(field(R"(["int",{"type":"map","values":"int"}])") ==
        R"({"type":"string","optional":false,"name":"io.debezium.data.Json","field":"x"})");
  CHECK(field(R"(["null","R"])") ==
        R"({"type":"string","optional":true,"name":"io.debezium.data.Json","field":"x"})");
}

TEST_CASE("a schema whose names grow without end is refused") {
  std::string text = R"({"type":"record","name":"R0","fields":[]})";
  std::vector<std::string> references{text};
  for (int i = 1; i < 40; ++i) {
    const std::string below = "R" + std::to_string(i - 1);
    references.push_back(R"({"type":"record","name":"R)" + std::to_string(i) +
                         R"(","fields":[{"name":"a","type":")" + below +
                         R"("},{"name":"b","type":")" + below + R"("}]})");
  }
  const Schema schema = Schema::parse("\"R39\"", references);
  CHECK_THROWS_AS(avro_to_connect(schema), base::Error);
}
