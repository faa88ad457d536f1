#include "common/event/event.hpp"

#include "common/ndjson/reader.hpp"

#include <algorithm>
#include <random>
#include <vector>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

using namespace cdckit;
using event::Decoder;
using event::Event;
using event::LineKind;

namespace {

struct Decoded {
  const char* reason = nullptr;
  LineKind kind{};
  Event event;
};

Decoded decode(std::string_view line) {
  static Decoder decoder;
  Decoded out;
  out.reason = decoder.decode(line, false, out.kind, out.event);
  return out;
}

std::string debezium_value(const Event& event) {
  std::string out;
  event::append_debezium_value(out, event);
  return out;
}

constexpr std::string_view kLine =
    R"({"pos":"00000000016B3748/0000000000000002","key":{"id":1},"before":null,"after":{"id":1,"t":"x,}\"{"},)"
    R"("source":{"version":"1","schema":"public","table":"flights","snapshot":"false","ts_us":17},"transaction":null,)"
    R"("op":"c","ts_ms":1,"ts_us":1000,"ts_ns":1000000,"unchanged":["big"]})";

}  // namespace

TEST_CASE("a line with schemas: what is ours stands outside, the event in the payload") {
  const std::string value =
      R"("schema":{"type":"struct"},"payload":{"before":null,"after":{"id":1},)"
      R"("source":{"schema":"s","table":"t"},"op":"c","pos":"x"}})";
  const std::string line = R"({"pos":"1/2","key":{"schema":{},"payload":{"id":1}},)" + value;
  const auto [reason, kind, event] = decode(line);
  CHECK(reason == nullptr);
  CHECK(kind == LineKind::event);
  CHECK(event.op == 'c');
  CHECK(event.pos == "1/2");
  CHECK(event.key == R"({"schema":{},"payload":{"id":1}})");
  CHECK(cdckit::event::key_columns(event).text == R"({"id":1})");
  CHECK(debezium_value(event) == "{" + value);
  CHECK(decode(R"({"payload":{"op":"c","after":{}}})").kind == LineKind::row);
  CHECK(decode(R"({"schema":1,"payload":2})").kind == LineKind::row);
}

TEST_CASE("the columns of a key, with a schema around them or without") {
  for (const auto& [key, columns] : std::vector<std::pair<std::string, std::string>>{
           {R"({"id":1})", R"({"id":1})"},
           {R"({"schema":{"type":"struct","fields":[{"field":"id"}]},"payload":{"id":1,"b":2}})",
            R"({"id":1,"b":2})"},
           {R"({"schema":"public","payload":"x"})", R"({"schema":"public","payload":"x"})"},
           {R"({"schema":1,"payload":{"id":1}})", R"({"schema":1,"payload":{"id":1}})"},
           {R"({"schema":{},"id":{"id":1}})", R"({"schema":{},"id":{"id":1}})"}}) {
    cdckit::event::Decoder decoder;
    cdckit::event::Event event;
    LineKind kind{};
    const std::string line = R"({"key":)" + key + R"(,"before":null,"after":{},"op":"c"})";
    REQUIRE(decoder.decode(line, false, kind, event) == nullptr);
    const cdckit::ndjson::Object found = cdckit::event::key_columns(event);
    CHECK(found.text == columns);
    std::size_t members = 0;
    cdckit::ndjson::Member member;
    for (cdckit::ndjson::ObjectCursor cursor(found); cursor.next(member);) ++members;
    std::size_t searched = 0;
    for (cdckit::ndjson::ObjectCursor cursor(cdckit::ndjson::Object(found.text));
         cursor.next(member);)
      ++searched;
    CHECK(members == searched);
    event.key_members = {};
    CHECK(cdckit::event::key_columns(event).text == columns);
  }
}

TEST_CASE("a data line") {
  const auto [reason, kind, event] = decode(kLine);
  CHECK(reason == nullptr);
  CHECK(kind == LineKind::event);
  CHECK(event.line == kLine);
  CHECK(event.op == 'c');
  CHECK(event.pos == "00000000016B3748/0000000000000002");
  CHECK(event.key == R"({"id":1})");
  CHECK(event.before.empty());
  CHECK(event.after == R"({"id":1,"t":"x,}\"{"})");
  CHECK(event.transaction.empty());
  CHECK(event.ts_us == "1000");
  CHECK(event.unchanged == R"(["big"])");
  CHECK(event.tail.starts_with(R"("before":null,)"));
  CHECK(event.tail.ends_with(R"("unchanged":["big"]})"));
}

TEST_CASE("to Kafka: the value is the line without our members, byte for byte") {
  CHECK(debezium_value(decode(kLine).event) ==
        "{" + std::string(kLine.substr(kLine.find("\"before\""))));
  CHECK(debezium_value(decode(std::string(kLine) + " \t\r").event).ends_with("}"));
  const std::string mixed =
      R"({"op":"u","pos":"x","before":{"a":1},"kafka":{"topic":"t"},"after":{"a":2},"key":null,"old_key":{"a":1},"new_key":{"a":2}})";
  const auto decoded = decode(mixed);
  CHECK(decoded.event.tail.empty());
  CHECK(decoded.event.old_key == R"({"a":1})");
  CHECK(decoded.event.new_key == R"({"a":2})");
  CHECK(decoded.event.kafka == R"({"topic":"t"})");
  CHECK(decoded.event.key.empty());
  CHECK(debezium_value(decoded.event) == R"({"op":"u","before":{"a":1},"after":{"a":2}})");
}

TEST_CASE("members in any order, with white space: always the same event, always the same value") {
  const std::vector<std::pair<std::string, std::string>> members = {
      {"pos", R"("p")"},
      {"key", R"({"id":1})"},
      {"before", R"({"id":0})"},
      {"after", R"({"id":1,"s":"}\\"})"},
      {"source", "{}"},
      {"op", R"("u")"},
      {"ts_us", "5"},
      {"kafka", R"({"offset":1})"},
      {"new_key", "[]"},
      {"extra", R"("e")"}};
  std::mt19937 random(9);
  for (int round = 0; round < 500; ++round) {
    auto order = members;
    std::shuffle(order.begin(), order.end(), random);
    const std::string space = round % 2 == 0 ? "" : " ";
    std::string line = "{";
    for (const auto& [name, value] : order) {
      line +=
          (line.size() > 1 ? "," : "") + space + "\"" + name + "\"" + space + ":" + space + value;
    }
    line += space + "}" + space;
    CAPTURE(line);
    const auto [reason, kind, event] = decode(line);
    REQUIRE(reason == nullptr);
    REQUIRE(kind == LineKind::event);
    CHECK(event.op == 'u');
    CHECK(event.pos == "p");
    CHECK(event.key == R"({"id":1})");
    CHECK(event.before == R"({"id":0})");
    CHECK(event.after == R"({"id":1,"s":"}\\"})");
    CHECK(event.ts_us == "5");
    auto expected = nlohmann::json::parse(line);
    for (const char* ours : {"pos", "key", "old_key", "new_key", "kafka"}) expected.erase(ours);
    CHECK(nlohmann::json::parse(debezium_value(event)) == expected);
  }
}

TEST_CASE("events, rows and control lines are told apart") {
  const auto kind_of = [](std::string_view line) {
    const auto decoded = decode(line);
    REQUIRE(decoded.reason == nullptr);
    CHECK(decoded.event.line == line);
    return decoded.kind;
  };
  for (const char op : std::string("cudrtm")) {
    CHECK(kind_of(std::string(R"({"before":null,"op":")") + op + "\"}") == LineKind::event);
  }
  CHECK(kind_of(R"({"op":"c","after":{"a":1}})") == LineKind::event);
  CHECK(kind_of(R"({"op":"t","source":{}})") == LineKind::event);
  CHECK(kind_of("{}") == LineKind::row);
  CHECK(kind_of(R"({"icao24":"3c6444","op":"c"})") == LineKind::row);  // no envelope
  CHECK(kind_of(R"({"after":{"op":"c"}})") == LineKind::row);          // op only inside
  CHECK(kind_of(R"({"op":"x","after":{}})") == LineKind::row);
  CHECK(kind_of(R"({"op":"cu","after":{}})") == LineKind::row);
  CHECK(kind_of(R"({"op":1,"after":{}})") == LineKind::row);
  CHECK(kind_of(R"({"op":null,"before":null})") == LineKind::row);
  CHECK(kind_of(R"({"__cdc":"ckpt"})") == LineKind::control);
  CHECK(kind_of(R"({"a":1,"__cdc":"ckpt"})") == LineKind::row);
  const auto row = decode(R"({"key":{"a":1},"pos":"x","after":1})");
  CHECK(row.kind == LineKind::row);
  CHECK(row.event.key.empty());
  CHECK(row.event.pos.empty());
  CHECK(row.event.tail.empty());
}

TEST_CASE("bad lines have a reason") {
  for (const char* bad : {"",
                          "x",
                          "[]",
                          "1",
                          "{\"op\":\"c\"",
                          "{\"op\":\"c\"}}",
                          "{\"__cdc\":\"ckpt\"",
                          "{\"__cdc\":}"}) {
    CAPTURE(bad);
    CHECK(decode(bad).reason != nullptr);
  }
}

TEST_CASE("nothing of an earlier line is left in the next") {
  Decoder decoder;
  LineKind kind{};
  Event event;
  CHECK(decoder.decode(kLine, false, kind, event) == nullptr);
  CHECK(decoder.decode(R"({"op":"d","before":{"id":1}})", false, kind, event) == nullptr);
  CHECK(event.after.empty());
  CHECK(event.pos.empty());
  CHECK(event.unchanged.empty());
  CHECK(event.op == 'd');
}

TEST_CASE("numbers with many digits pass untouched") {
  const auto decoded = decode(R"({"op":"c","after":{"n":123456789012345678901234567890.10}})");
  CHECK(decoded.reason == nullptr);
  CHECK(decoded.event.after == R"({"n":123456789012345678901234567890.10})");
}
