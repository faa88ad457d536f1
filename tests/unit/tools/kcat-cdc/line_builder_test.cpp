#include "tools/kcat-cdc/line_builder.hpp"

#include <random>

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

using namespace cdckit::kcat_cdc;
using cdckit::kafka::Record;
using nlohmann::json;

namespace {

constexpr std::string_view kValue = R"({"before":null,"after":{"id":1},"op":"c"})";

Record record(std::optional<std::string_view> key, std::optional<std::string_view> value) {
  Record out;
  out.topic = "p.public.t";
  out.partition = 3;
  out.offset = 17;
  out.timestamp_ms = 1234;
  out.key = key;
  out.value = value;
  return out;
}

std::string line_of(const Record& record) {
  LineBuilder builder;
  std::string out = "kept";
  const char* reason = builder.append_line(out, record);
  REQUIRE_MESSAGE(reason == nullptr, reason);
  REQUIRE(out.starts_with("kept"));
  REQUIRE(out.back() == '\n');
  return out.substr(4, out.size() - 5);
}

json parsed(const Record& record) {
  return json::parse(line_of(record));
}

}  // namespace

TEST_CASE("pos, key, key change and coordinates stand before the value's own members") {
  Record event = record(R"({"id":1})", kValue);
  event.headers = {{"cdc.schema", "x"}, {"cdc.pos", "00/01"}, {"__debezium.oldkey", R"({"id":0})"}};
  CHECK(
      line_of(event) ==
      R"({"pos":"00/01","key":{"id":1},"old_key":{"id":0},"kafka":{"topic":"p.public.t","partition":3,"offset":17,)"
      R"("timestamp":1234},"before":null,"after":{"id":1},"op":"c"})");
}

TEST_CASE("what is not there is null") {
  Record event = record(std::nullopt, kValue);
  event.timestamp_ms = -1;
  const json line = parsed(event);
  CHECK(line["pos"].is_null());
  CHECK(line["key"].is_null());
  CHECK(line["kafka"]["timestamp"].is_null());
  CHECK_FALSE(line.contains("old_key"));
}

TEST_CASE("the last header of a name counts") {
  Record event = record(R"({"id":1})", kValue);
  event.headers = {{"cdc.pos", "a"}, {"cdc.pos", "b\""}};
  CHECK(parsed(event)["pos"] == "b\"");
  CHECK(find_header(event, "cdc.pos") == "b\"");
  CHECK(find_header(event, "none").empty());
}

TEST_CASE("values and keys wrapped by a converter are unwrapped") {
  const std::string key = R"({"schema":{"type":"struct"},"payload":{"id":1}})";
  const std::string value = R"({"schema":{"type":"struct"},"payload":)" + std::string(kValue) + "}";
  Record event = record(key, value);
  event.headers = {{"__debezium.newkey", key}};
  const json line = parsed(event);
  CHECK(line["key"] == json{{"id", 1}});
  CHECK(line["new_key"] == json{{"id", 1}});
  CHECK(line["after"] == json{{"id", 1}});
  CHECK_FALSE(line.contains("payload"));
}

TEST_CASE("a row with columns named schema and payload is a row") {
  CHECK(parsed(record(std::nullopt, R"({"schema":"a","payload":1})"))["schema"] == "a");
  CHECK(parsed(record(std::nullopt, R"({"schema":{},"payload":{},"c":1})")).contains("payload"));
}

TEST_CASE("keys that are no JSON") {
  CHECK(parsed(record("plain \"key\"", kValue))["key"] == "plain \"key\"");
  CHECK(parsed(record("", kValue))["key"] == "");
  CHECK(parsed(record("12", kValue))["key"] == 12);
  CHECK(parsed(record("\xFF\xFE", kValue))["key"] == json{{"base64", "//4="}});
}

TEST_CASE("a key cannot put members into the line") {
  const json line = parsed(record(R"(1,"op":"d")", kValue));
  CHECK(line["key"] == R"(1,"op":"d")");
  CHECK(line["op"] == "c");
  CHECK(parsed(record(R"({"a":1},"x":{"b":2})", kValue))["key"].is_string());
}

TEST_CASE("one record is one line, whatever white space it holds") {
  const std::string line = line_of(record("{\n\"id\": 1\n}", " {\r\n  \"a\": 1,\n \"b\": {} } \n"));
  CHECK(line.find('\n') == std::string::npos);
  CHECK(json::parse(line)["b"] == json::object());
}

TEST_CASE("an empty object") {
  CHECK(parsed(record("{}", "{}"))["key"] == json::object());
  CHECK(parsed(record("{}", "{ }")).size() == 3);
}

TEST_CASE("values that are no object give no line and leave the output alone") {
  LineBuilder builder;
  for (const char* value : {"",
                            "text",
                            "[1]",
                            "\"{}\"",
                            "{",
                            "}",
                            "{\"a\":1",
                            "{\"a\":1}}",
                            "{\"a\":1},{}",
                            "{,}",
                            "{\"a\":\"\xFF\"}",
                            "{\"a\":\"x\ny\"}",
                            "null"}) {
    std::string out = "kept";
    CHECK_MESSAGE(builder.append_line(out, record("{}", value)) != nullptr, value);
    CHECK(out == "kept");
  }
}

TEST_CASE("raw values come out as they are") {
  LineBuilder builder;
  std::string out;
  CHECK(builder.append_raw(out, record("k", "text, \xFF")) == nullptr);
  CHECK(builder.append_raw(out, record("k", std::nullopt)) == nullptr);
  CHECK(builder.append_raw(out, record("k", "{\n\"a\":1}")) == nullptr);
  CHECK(out == "text, \xFF\nnull\n{ \"a\":1}\n");
  CHECK(builder.append_raw(out, record("k", "two\nlines")) != nullptr);
  CHECK(out == "text, \xFF\nnull\n{ \"a\":1}\n");
}

TEST_CASE("random keys, headers and values: a valid line or none") {
  std::mt19937 random(9);
  constexpr std::string_view kAlphabet = "{}[]\",:\\a1 \n\xC3\xA9";
  const auto text = [&] {
    std::string out(random() % 12, 'x');
    for (char& c : out) c = kAlphabet[random() % kAlphabet.size()];
    return out;
  };
  LineBuilder builder;
  int lines = 0;
  for (int i = 0; i < 50'000; ++i) {
    const std::string key = text();
    const std::string pos = text();
    const std::string changed = text();
    const std::string value = random() % 2 == 0 ? std::string(kValue) : "{" + text() + "}";
    Record event = record(key, value);
    event.headers = {{"cdc.pos", pos}, {"__debezium.newkey", changed}};
    std::string out;
    if (builder.append_line(out, event) != nullptr) {
      CHECK(out.empty());
      continue;
    }
    ++lines;
    CHECK(out.find('\n') == out.size() - 1);
    // pos is header text as it came: what is no UTF-8 there makes the record a bad one, above
    CHECK_FALSE(json::parse(out, nullptr, false).is_discarded());
  }
  CHECK(lines > 10'000);
}
