#include "tools/kcat-cdc/schemas/avro_reader.hpp"

#include "common/base/error.hpp"
#include "tools/kcat-cdc/value/line_builder.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

using namespace cdckit;
using namespace cdckit::kcat_cdc;
using nlohmann::json;

namespace {

constexpr const char* kKey =
    R"({"type":"record","name":"Key","fields":[{"name":"id","type":"int"}]})";

constexpr const char* kSourced =
    R"({"type":"record","name":"E","fields":[{"name":"op","type":"string"},{"name":"source","type":["null",)"
    R"({"type":"record","name":"S","fields":[{"name":"schema","type":"string"},{"name":"n","type":"int"},)"
    R"({"name":"table","type":"string"}]}]},{"name":"last","type":["null","S"]}]})";

// 1: a key; 2: numeric(5,3); 3: numeric(7,2); 9: nobody answers.
class Schemas final : public SchemaSource {
 public:
  registry::WriterSchemaPointer schema_of(const registry::Frame& frame) override {
    ++asked;
    const int id = frame.id.value_or(0);
    if (id == 9) throw base::Error(base::ErrorKind::temporary, "the registry is away");
    if (id == 1) return make(kKey);
    if (id == 2) return make(envelope(5, 3));
    if (id == 3) return make(envelope(7, 2));
    if (id == 4) return make(kSourced);
    if (id == 6)
      return make(R"({"type":"record","name":"R","fields":[{"name":"pos","type":"int"}]})");
    if (id == 7) return make(R"({"type":"record","name":"R","fields":[]})");
    throw base::Error(base::ErrorKind::data, "id 999 is not known");
  }
  int asked = 0;

 private:
  static registry::WriterSchemaPointer make(const std::string& text) {
    return std::make_shared<const registry::WriterSchema>(avro::Schema::parse(text));
  }
  static std::string envelope(int precision, int scale) {
    return R"({"type":"record","name":"Envelope","namespace":"p.s.t","fields":[{"name":"after","type":{"type":"record","name":"Value","fields":[)"
           R"({"name":"n","type":{"type":"bytes","logicalType":"decimal","precision":)" +
           std::to_string(precision) + R"(,"scale":)" + std::to_string(scale) +
           R"(}}]}},{"name":"op","type":"string"}]})";
  }
};

std::string framed(char id, std::string_view bytes) {
  return std::string("\0\0\0\0", 4) + id + std::string(bytes);
}

}  // namespace

TEST_CASE("decimals have the scale of the schema that wrote them") {
  Schemas schemas;
  LineBuilder lines(RecordFormat::avro, &schemas);
  const auto line_of = [&](char id, std::string_view unscaled) {
    kafka::Record record;
    record.topic = "p.s.t";
    const std::string key = framed(1, "\x02");
    const std::string value =
        framed(id,
               std::string(1, static_cast<char>(unscaled.size() * 2)) + std::string(unscaled) +
                   "\x02"
                   "c");
    record.key = key;
    record.value = value;
    std::string out;
    const char* reason = lines.append_line(out, record);
    REQUIRE_MESSAGE(reason == nullptr, reason);
    return json::parse(out);
  };
  const json first = line_of(2, "\x30\x39");
  CHECK(first["key"] == json{{"id", 1}});
  CHECK(first["op"] == "c");
  CHECK(first["after"]["n"] == "12.345");
  const json shape = json::parse(*lines.own_shape());
  CHECK(shape["key"] == json{"id"});
  CHECK(line_of(3, "\x30\x39")["after"]["n"] == "123.45");
  CHECK(line_of(2, "\x30\x39")["after"]["n"] == "12.345");
  CHECK(schemas.asked == 3);
}

TEST_CASE("what is no framed Avro says why, a registry that is away is no fault of the record") {
  Schemas schemas;
  LineBuilder strict(RecordFormat::avro, &schemas);
  LineBuilder looking(RecordFormat::by_looks, &schemas);
  LineBuilder without;
  const auto reason_of = [](LineBuilder& lines, const std::string& value) {
    kafka::Record record;
    record.topic = "p.s.t";
    record.value = value;
    std::string out;
    const char* reason = lines.append_line(out, record);
    CHECK((reason == nullptr) != out.empty());
    return std::string(reason == nullptr ? "" : reason);
  };
  CHECK(reason_of(strict, "hello").find("first byte") != std::string::npos);
  CHECK(reason_of(strict, "").find("empty") != std::string::npos);
  CHECK(reason_of(strict, framed(5, "x")).find("999") != std::string::npos);
  CHECK(reason_of(strict, framed(2, "")) != "");
  CHECK(reason_of(looking, framed(2, "")) != "");
  CHECK(reason_of(looking, R"({"a":1})").empty());
  CHECK(reason_of(without, framed(2, "x")).find("--registry") != std::string::npos);
  CHECK(reason_of(without, R"({"a":1})").empty());
  CHECK_THROWS_AS(reason_of(strict, framed(9, "x")), base::Error);
}

TEST_CASE("a header may say the id, the last one counts; keys may be anything beside Avro") {
  Schemas schemas;
  LineBuilder lines(RecordFormat::by_looks, &schemas);
  const std::string_view id("\0\0\0\0\x02", 5);
  kafka::Record record;
  record.topic = "p.s.t";
  record.key = std::string_view("\0\0\0\0\0\0\0\x05", 8);  // a long of Java's
  record.value = std::string_view(
      "\x04\x30\x39\x02"
      "c",
      5);
  record.headers = {{"__value_schema_id", "x"}, {"__value_schema_id", id}};
  std::string out;
  const char* reason = lines.append_line(out, record);
  REQUIRE_MESSAGE(reason == nullptr, reason);
  CHECK(json::parse(out)["after"]["n"] == "12.345");
  CHECK(json::parse(out)["key"] ==
        json::parse(R"("\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0005")"));
}

TEST_CASE("what is known of a value without a look at it is what a look would find") {
  Schemas schemas;
  LineBuilder lines(RecordFormat::by_looks, &schemas);
  const auto line_of = [&](std::string_view key, const std::optional<std::string>& value) {
    kafka::Record record;
    record.topic = "topic.public.name";
    record.key = key;
    if (value) record.value = *value;
    std::string out;
    const char* reason = lines.append_line(out, record);
    return reason == nullptr ? out : std::string(reason);
  };
  const std::string source = framed(4,
                                    "\x02"
                                    "d\x02\x06s\"1\x0a\x04t\n\x02\x02z\x02\x02x");
  const std::string line = line_of("{\"id\": 1}", source);
  CHECK(
      line.ends_with(R"("timestamp":null},"op":"d","source":{"schema":"s\"1","n":5,"table":"t\n"},)"
                     R"("last":{"schema":"z","n":1,"table":"x"}})"
                     "\n"));
  // the tombstone of that delete is no line, another key's is the delete of a row of that table
  CHECK(line_of("{\"id\": 1}", std::nullopt).empty());
  CHECK(json::parse(line_of("{\"id\": 2}", std::nullopt))["source"] ==
        json{{"schema", "s\"1"}, {"table", "t\n"}});
  // without a source the last one counts
  CHECK(line_of("{\"id\": 3}",
                framed(4,
                       std::string_view("\x02"
                                        "c\0\0",
                                        4)))
            .ends_with(R"("op":"c","source":null,"last":null})"
                       "\n"));
  CHECK(json::parse(line_of("{\"id\": 4}", std::nullopt))["source"]["table"] == "t\n");
  CHECK(line_of("1", framed(6, "\x02")).find("has a member pos") != std::string::npos);
  CHECK(json::parse(line_of("1", framed(7, "")))["kafka"]["topic"] == "topic.public.name");
}
