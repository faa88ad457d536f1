#include "common/debezium/event_decoder.hpp"

#include "common/base/error.hpp"

#include <map>

#include <doctest/doctest.h>

using namespace cdckit;
using namespace cdckit::debezium;

namespace {

DecoderTarget typed() {
  static const std::map<std::string, std::string> kTypes{{"id", "integer"},
                                                         {"s", "text"},
                                                         {"n", "numeric(12,2)"},
                                                         {"big", "text"},
                                                         {"d", "date"},
                                                         {"b", "bytea"}};
  return {"public.t", [](const std::string& name) -> std::optional<ColumnFacts> {
            const auto found = kTypes.find(name);
            if (found == kTypes.end()) return std::nullopt;
            return facts_of(found->second, Binary::unsaid);
          }};
}

event::Event event_of(const std::string& line) {
  static event::Decoder decoder;
  event::LineKind kind{};
  event::Event event;
  CHECK(decoder.decode(line, false, kind, event) == nullptr);
  CHECK(kind == event::LineKind::event);
  return event;
}

std::string line_with(const std::string& after) {
  return R"({"key":{"id":1},"before":null,"after":)" + after + R"(,"source":{},"op":"u"})";
}

}  // namespace

TEST_CASE("plain events pass as they are") {
  EventDecoder decoder(
      typed(), nullptr, {.said = Encoding::plain, .otherwise = Encoding::debezium});
  const std::string line = line_with(R"({"id":1,"d":19782})");
  event::Event event = event_of(line);
  CHECK(decoder.decode(event) == nullptr);
  CHECK(event.after == R"({"id":1,"d":19782})");
}

TEST_CASE("Debezium's are decoded by type, and its placeholders are unchanged columns") {
  EventDecoder decoder(typed(), nullptr, {.otherwise = Encoding::debezium});
  const std::string line = line_with(
      R"({"id":1,"s":"__debezium_unavailable_value","n":"EtaA","d":19782,"b":"AP8Q","more":1})");
  event::Event event = event_of(line);
  CHECK(decoder.decode(event) == nullptr);
  CHECK(event.after == R"({"id":1,"n":12345.60,"d":"2024-02-29","b":"\\x00ff10","more":1})");
  CHECK(event.unchanged == R"(["s"])");
  CHECK(event.key == R"({"id":1})");
}

TEST_CASE("the newest schema line says how") {
  event::TableSchema schema;
  schema.encoding = "debezium";
  schema.connect =
      R"({"key":null,"value":{"type":"struct","fields":[{"type":"struct","field":"after","fields":[)"
      R"({"type":"string","name":"io.debezium.time.IsoDate","field":"d"},{"type":"int32","field":"id"}]}]}})";
  EventDecoder decoder(typed(), &schema, {});
  const std::string line = line_with(R"({"id":1,"d":"2024-02-29Z"})");
  event::Event event = event_of(line);
  CHECK(decoder.decode(event) == nullptr);
  CHECK(event.after == R"({"id":1,"d":"2024-02-29"})");
}

TEST_CASE("a schema beside the event says it, too") {
  EventDecoder decoder(typed(), nullptr, {});
  const std::string line =
      R"({"schema":{"type":"struct","fields":[{"type":"struct","field":"after","fields":[)"
      R"({"type":"int32","field":"id"},{"type":"int32","name":"io.debezium.time.Date","field":"d"}]}]},)"
      R"("payload":{"before":null,"after":{"id":1,"d":19782},"source":{},"op":"c"}})";
  event::Event event = event_of(line);
  CHECK(decoder.decode(event) == nullptr);
  CHECK(event.after == R"({"id":1,"d":"2024-02-29"})");
}

TEST_CASE("where nobody says it, a value that could be either is refused with the way out") {
  EventDecoder decoder(typed(), nullptr, {});
  std::string line = line_with(R"({"id":1,"s":"x","d":"2024-02-29"})");
  event::Event event = event_of(line);
  CHECK(decoder.decode(event) == nullptr);
  line = line_with(R"({"id":1,"d":19782})");
  event = event_of(line);
  const event::FieldProblem* problem = decoder.decode(event);
  CHECK(problem != nullptr);
  CHECK(problem->hint.find("--encoding debezium") != std::string::npos);
  CHECK(decoder.problem_text().find("column \"d\" (date)") != std::string::npos);
  CHECK(decoder.problem_text().find("19782") != std::string::npos);
}

TEST_CASE("other encodings are not known") {
  CHECK(parse_encoding("") == Encoding::unsaid);
  CHECK(parse_encoding("debezium") == Encoding::debezium);
  CHECK_THROWS_AS(parse_encoding("avro"), base::Error);
}

TEST_CASE("both keys of a key change are decoded, and placeholders of an old row say nothing") {
  EventDecoder decoder(typed(), nullptr, {.otherwise = Encoding::debezium});
  const std::string line =
      R"({"key":{"d":0},"old_key":{"d":1},"new_key":{"d":2},"before":{"big":"__debezium_unavailable_value"},)"
      R"("after":{"d":0,"big":"x"},"source":{},"op":"u"})";
  event::Event event = event_of(line);
  CHECK(decoder.decode(event) == nullptr);
  CHECK(event.old_key == R"({"d":"1970-01-02"})");
  CHECK(event.new_key == R"({"d":"1970-01-03"})");
  CHECK(event.before == "{}");
  CHECK(event.unchanged.empty());
}

TEST_CASE("a numeric without precision is no text, whoever wrote it") {
  EventDecoder decoder(typed(), nullptr, {});
  const std::string line = line_with(R"({"id":1,"s":{"scale":1,"value":"Dw=="}})");
  event::Event event = event_of(line);
  CHECK(decoder.decode(event) != nullptr);
}
