#include "tools/pg-load/table/event_decoder.hpp"

#include "common/base/error.hpp"
#include "tests/unit/tools/pg-load/tables.hpp"

#include <doctest/doctest.h>

using namespace cdckit;
using namespace cdckit::pg_load;

namespace {

TargetTable typed() {
  TargetTable target = tests::sample();
  target.columns.push_back(tests::column("d", "date"));
  target.columns.push_back(tests::column("b", "bytea"));
  for (Column& column : target.columns) column.resolved_type = column.type;
  return target;
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
  const TargetTable target = typed();
  EventDecoder decoder(target, nullptr, {.said = Encoding::plain, .otherwise = Encoding::debezium});
  const std::string line = line_with(R"({"id":1,"d":19782})");
  event::Event event = event_of(line);
  CHECK(decoder.decode(event) == nullptr);
  CHECK(event.after == R"({"id":1,"d":19782})");
}

TEST_CASE("Debezium's are decoded by type, and its placeholders are unchanged columns") {
  const TargetTable target = typed();
  EventDecoder decoder(target, nullptr, {.otherwise = Encoding::debezium});
  const std::string line = line_with(
      R"({"id":1,"s":"__debezium_unavailable_value","n":"EtaA","d":19782,"b":"AP8Q","more":1})");
  event::Event event = event_of(line);
  CHECK(decoder.decode(event) == nullptr);
  CHECK(event.after == R"({"id":1,"n":12345.60,"d":"2024-02-29","b":"\\x00ff10","more":1})");
  CHECK(event.unchanged == R"(["s"])");
  CHECK(event.key == R"({"id":1})");
}

TEST_CASE("the newest schema line says how") {
  const TargetTable target = typed();
  event::TableSchema schema;
  schema.encoding = "debezium";
  schema.connect =
      R"({"key":null,"value":{"type":"struct","fields":[{"type":"struct","field":"after","fields":[)"
      R"({"type":"string","name":"io.debezium.time.IsoDate","field":"d"},{"type":"int32","field":"id"}]}]}})";
  EventDecoder decoder(target, &schema, {});
  const std::string line = line_with(R"({"id":1,"d":"2024-02-29Z"})");
  event::Event event = event_of(line);
  CHECK(decoder.decode(event) == nullptr);
  CHECK(event.after == R"({"id":1,"d":"2024-02-29"})");
}

TEST_CASE("a schema beside the event says it, too") {
  const TargetTable target = typed();
  EventDecoder decoder(target, nullptr, {});
  const std::string line =
      R"({"schema":{"type":"struct","fields":[{"type":"struct","field":"after","fields":[)"
      R"({"type":"int32","field":"id"},{"type":"int32","name":"io.debezium.time.Date","field":"d"}]}]},)"
      R"("payload":{"before":null,"after":{"id":1,"d":19782},"source":{},"op":"c"}})";
  event::Event event = event_of(line);
  CHECK(decoder.decode(event) == nullptr);
  CHECK(event.after == R"({"id":1,"d":"2024-02-29"})");
}

TEST_CASE("where nobody says it, a value that could be either is refused with the way out") {
  const TargetTable target = typed();
  EventDecoder decoder(target, nullptr, {});
  std::string line = line_with(R"({"id":1,"s":"x","d":"2024-02-29"})");
  event::Event event = event_of(line);
  CHECK(decoder.decode(event) == nullptr);
  line = line_with(R"({"id":1,"d":19782})");
  event = event_of(line);
  const FieldProblem* problem = decoder.decode(event);
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
