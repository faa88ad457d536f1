#include "common/avro/connect_to_avro.hpp"

#include "common/base/error.hpp"
#include "tests/unit/common/avro/round_trip.hpp"

#include <nlohmann/json.hpp>

using namespace cdckit;
using namespace cdckit::avro;

namespace {
std::string row(const std::string& fields) {
  return R"({"type":"struct","fields":[)" + fields +
         R"(],"optional":false,"name":"srv.public.t.Value"})";
}
// The only field's Avro.
std::string field(const std::string& connect) {
  const auto made = connect_to_avro(row(connect), {});
  return nlohmann::ordered_json::parse(made.schema).at("fields").at(0).dump();
}
std::string refusal(const std::string& connect, const ConnectOptions& options = {}) {
  try {
    return connect_to_avro(connect, options).schema;
  } catch (const base::Error& error) {
    CHECK(error.kind() == base::ErrorKind::config);
    return error.what();
  }
}
}  // namespace

TEST_CASE("Debezium's envelope: its names, notes and null first") {
  const auto made = connect_to_avro(
      R"({"type":"struct","fields":[{"type":"struct","fields":[)"
      R"({"type":"int32","optional":false,"field":"id"},)"
      R"({"type":"int64","optional":true,"name":"io.debezium.time.MicroTimestamp","version":1,"field":"seen"}],)"
      R"("optional":true,"name":"srv.public.t.Value","field":"before"},)"
      R"({"type":"struct","fields":[{"type":"int32","optional":false,"field":"id"},)"
      R"({"type":"int64","optional":true,"name":"io.debezium.time.MicroTimestamp","version":1,"field":"seen"}],)"
      R"("optional":true,"name":"srv.public.t.Value","field":"after"},)"
      R"({"type":"struct","fields":[{"type":"string","optional":true,"name":"io.debezium.data.Enum",)"
      R"("version":1,"parameters":{"allowed":"true,false"},"default":"false","field":"snapshot"}],)"
      R"("optional":false,"name":"io.debezium.connector.postgresql.Source","version":1,"field":"source"},)"
      R"({"type":"string","optional":false,"field":"op"}],"optional":false,)"
      R"("name":"srv.public.t.Envelope","version":2})",
      {});
  CHECK(made.full_name == "srv.public.t.Envelope");
  CHECK(made.notes.empty());
  CHECK(
      made.schema ==
      R"({"type":"record","name":"Envelope","namespace":"srv.public.t","fields":[)"
      R"({"name":"before","type":["null",{"type":"record","name":"Value","fields":[)"
      R"({"name":"id","type":"int"},{"name":"seen","type":["null",{"type":"long",)"
      R"("connect.version":1,"connect.name":"io.debezium.time.MicroTimestamp"}],"default":null}],)"
      R"("connect.name":"srv.public.t.Value"}],"default":null},)"
      R"({"name":"after","type":["null","Value"],"default":null},)"
      R"({"name":"source","type":{"type":"record","name":"Source",)"
      R"("namespace":"io.debezium.connector.postgresql","fields":[{"name":"snapshot","type":[)"
      R"({"type":"string","connect.version":1,"connect.parameters":{"allowed":"true,false"},)"
      R"("connect.default":"false","connect.name":"io.debezium.data.Enum"},"null"],)"
      R"("default":"false"}],"connect.version":1,)"
      R"("connect.name":"io.debezium.connector.postgresql.Source"}},)"
      R"({"name":"op","type":"string"}],"connect.version":2,"connect.name":"srv.public.t.Envelope"})");
  Codec codec(made.schema);
  const char* value = R"({"before":null,"after":{"id":7,"seen":1700000000000001},)"
                      R"("source":{"snapshot":"false"},"op":"c"})";
  CHECK(codec.through(value) == value);
}

TEST_CASE("the topic names the records, wherever the rows come from") {
  const std::string envelope =
      R"({"type":"struct","fields":[{"type":"struct","fields":[],"optional":true,)"
      R"("name":"app.tenant7.t.Value","field":"after"}],"optional":false,"name":"app.tenant7.t.Envelope"})";
  const auto made = connect_to_avro(envelope, {.topic = "s.all.t"});
  CHECK(made.full_name == "s.all.t.Envelope");
  CHECK(made.schema.find("tenant7") == std::string::npos);
  CHECK(made.schema.find(R"("connect.name":"s.all.t.Value")") != std::string::npos);
  const auto key = connect_to_avro(
      R"({"type":"struct","fields":[{"type":"int32","optional":false,"field":"id"}],)"
      R"("optional":false,"name":"app.tenant7.t.Key"})",
      {.topic = "s.all.t"});
  CHECK(key.full_name == "s.all.t.Key");
}

TEST_CASE("defaults: the first branch of the union, bytes as code points") {
  CHECK(field(R"({"type":"int32","optional":true,"default":1,"field":"qty"})") ==
        R"({"name":"qty","type":[{"type":"int","connect.default":1},"null"],"default":1})");
  CHECK(
      field(R"({"type":"int16","optional":false,"default":-3,"field":"s"})") ==
      R"({"name":"s","type":{"type":"int","connect.default":-3,"connect.type":"int16"},"default":-3})");
  CHECK(field(R"({"type":"bytes","optional":false,"name":"org.apache.kafka.connect.data.Decimal",)"
              R"("version":1,"parameters":{"scale":"2","connect.decimal.precision":"6"},)"
              R"("default":"AIc=","field":"p"})") ==
        R"({"name":"p","type":{"type":"bytes","scale":2,"precision":6,"connect.version":1,)"
        R"("connect.parameters":{"scale":"2","connect.decimal.precision":"6"},)"
        "\"connect.default\":\"\\u0000\xC2\x87\","
        R"("connect.name":"org.apache.kafka.connect.data.Decimal","logicalType":"decimal"},)"
        "\"default\":\"\\u0000\xC2\x87\"}");
  CHECK(
      field(R"({"type":"string","optional":true,"default":"a\n\"b","field":"t"})") ==
      R"({"name":"t","type":[{"type":"string","connect.default":"a\n\"b"},"null"],"default":"a\n\"b"})");
  CHECK(
      field(R"({"type":"array","items":{"type":"string","optional":true},"optional":true,)"
            R"("default":[],"field":"a"})") ==
      R"({"name":"a","type":[{"type":"array","items":["null","string"],"connect.default":[]},"null"],"default":[]})");
}

TEST_CASE(
    "a default that Avro cannot say is left out, the column made optional, and that is said") {
  for (
      const char* connect :
      {R"({"type":"double","optional":false,"default":"NaN","field":"x"})",
       R"({"type":"array","items":{"type":"int32","optional":true},"optional":false,"default":[1],"field":"x"})",
       R"({"type":"int32","optional":false,"default":99999999999,"field":"x"})",
       R"({"type":"bytes","optional":true,"default":"*","field":"x"})"}) {
    const auto made = connect_to_avro(row(connect), {});
    const auto only = nlohmann::json::parse(made.schema).at("fields").at(0);
    CHECK(only.at("default").is_null());
    CHECK(only.at("type").at(0) == "null");
    REQUIRE(made.notes.size() == 1);
    CHECK(made.notes.front().find("column \"x\"") != std::string::npos);
  }
}

TEST_CASE("a scale that is none of the precision makes plain bytes, the notes keep it") {
  for (const char* parameters : {R"({"scale":"4","connect.decimal.precision":"2"})",
                                 R"({"scale":"-2","connect.decimal.precision":"5"})",
                                 R"({"scale":"2046","connect.decimal.precision":"4"})",
                                 R"({"scale":"100"})"}) {
    const auto made =
        field(std::string(R"({"type":"bytes","optional":false,)"
                          R"("name":"org.apache.kafka.connect.data.Decimal","version":1,)"
                          R"("parameters":)") +
              parameters + R"(,"field":"d"})");
    CHECK(made.find("logicalType") == std::string::npos);
    CHECK(made.find("\"scale\":2046,") == std::string::npos);
    CHECK(made.find(parameters) != std::string::npos);
  }
  CHECK(field(R"({"type":"bytes","optional":false,"name":"org.apache.kafka.connect.data.Decimal",)"
              R"("version":1,"parameters":{"scale":"2"},"field":"m"})")
            .find(R"("scale":2,"precision":64)") != std::string::npos);
}

TEST_CASE("maps, lists of pairs, and structs without a name") {
  CHECK(field(R"({"type":"map","keys":{"type":"string","optional":false},)"
              R"("values":{"type":"string","optional":true},"optional":false,"field":"h"})") ==
        R"({"name":"h","type":{"type":"map","values":["null","string"]}})");
  const std::string vector =
      R"({"type":"map","keys":{"type":"int16","optional":false},)"
      R"("values":{"type":"double","optional":false},"optional":false,"field":")";
  const auto made = connect_to_avro(
      row(vector + "v\"}," + vector + "w\"}," +
          R"({"type":"struct","fields":[{"type":"int32","optional":false,"field":"i"}],)"
          R"("optional":false,"field":"s"})"),
      {});
  Codec codec(made.schema);
  const char* value = R"({"v":[[1,1.5]],"w":[],"s":{"i":1}})";
  CHECK(codec.through(value) == value);
  CHECK(made.schema.find("ConnectDefault") != std::string::npos);
}

TEST_CASE("names: refused as they are, adjusted with the original beside them") {
  const std::string dotted = row(R"({"type":"int32","optional":false,"field":"row.values"})");
  CHECK(refusal(dotted).find("\"row.values\"") != std::string::npos);
  const auto made = connect_to_avro(dotted, {.adjustment = NameAdjustment::avro});
  CHECK(made.schema.find(R"({"name":"row_values","cdc.name":"row.values","type":"int"})") !=
        std::string::npos);
  Codec codec(made.schema);
  CHECK(codec.through(R"({"row.values":1})") == R"({"row.values":1})");
}

TEST_CASE("two names that become one are refused, both named; avro_unicode keeps them apart") {
  const std::string two = row(R"({"type":"int32","optional":false,"field":"a$1"},)"
                              R"({"type":"int32","optional":false,"field":"a#1"})");
  const auto why = refusal(two, {.adjustment = NameAdjustment::avro});
  CHECK(why.find("a$1") != std::string::npos);
  CHECK(why.find("a#1") != std::string::npos);
  Codec codec(connect_to_avro(two, {.adjustment = NameAdjustment::avro_unicode}).schema);
  CHECK(codec.through(R"({"a$1":1,"a#1":2})") == R"({"a$1":1,"a#1":2})");
}

TEST_CASE("record names follow the topic, so they are adjusted, too") {
  const std::string key =
      R"({"type":"struct","fields":[],"optional":false,"name":"srv.public.3-orders.Key"})";
  CHECK(refusal(key).find("srv.public.3-orders.Key") != std::string::npos);
  const auto made = connect_to_avro(key, {.adjustment = NameAdjustment::avro});
  CHECK(made.full_name == "srv.public._3_orders.Key");
  CHECK(made.schema.find(R"("connect.name":"srv.public.3-orders.Key")") != std::string::npos);
}

TEST_CASE("what is no Connect schema is refused") {
  for (const char* text : {"",
                           "[]",
                           R"({"type":"what"})",
                           R"({"type":"struct"})",
                           R"({"type":"array"})",
                           R"({"type":"map"})",
                           R"({"type":7})",
                           R"({"type":"struct","fields":[7]})"}) {
    try {
      connect_to_avro(text, {});
      FAIL_CHECK(text);
    } catch (const base::Error& error) {
      CHECK(error.kind() != base::ErrorKind::bug);
    }
  }
}
