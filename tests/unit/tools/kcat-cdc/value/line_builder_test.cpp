#include "tools/kcat-cdc/value/line_builder.hpp"

#include <random>
#include <sstream>
#include <string>
#include <vector>

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

TEST_CASE("a value with a member of a name of ours is none of ours to read") {
  LineBuilder builder;
  for (const char* value : {R"({"pos":2,"a":1})",
                            R"({"a":1,"key":{}})",
                            R"({"old_key":null})",
                            R"({"new_key":null})",
                            R"({"kafka":{}})",
                            R"({"k\u0065y":1})",
                            R"({"schema":{},"payload":{"key":1}})"}) {
    std::string out = "kept";
    CHECK_MESSAGE(builder.append_line(out, record("{}", value)) != nullptr, value);
    CHECK(out == "kept");
  }
  CHECK(parsed(record("{}", R"({"a":{"key":1,"pos":2},"keys":3,"Pos":4})")).size() == 6);
}

namespace {

// The lines of one stream, one builder.
struct Stream {
  std::vector<json> take(const Record& record) {
    std::string out;
    const char* reason = builder.append_line(out, record);
    REQUIRE_MESSAGE(reason == nullptr, reason);
    std::vector<json> lines;
    std::istringstream text(out);
    for (std::string line; std::getline(text, line);) lines.push_back(json::parse(line));
    return lines;
  }
  json shape_of(const Record& record) {
    take(record);
    return builder.own_shape() == nullptr ? json() : json::parse(*builder.own_shape());
  }
  LineBuilder builder;
};

std::string deleted(int id) {
  return R"({"before":{"id":)" + std::to_string(id) +
         R"(},"after":null,"source":{"db":"d","schema":"s\"x","table":"t"},"op":"d"})";
}

const std::string kStruct = R"({"type":"struct","fields":[],"optional":false})";

std::string wrapped(std::string_view schema, std::string_view payload) {
  return R"({"schema":)" + std::string(schema) + R"(,"payload":)" + std::string(payload) + "}";
}

}  // namespace

TEST_CASE("a tombstone behind its delete event is no line") {
  Stream stream;
  CHECK(stream.take(record(R"({"id":1})", deleted(1))).size() == 1);
  CHECK(stream.take(record(R"({"id":1})", std::nullopt)).empty());
  SUBCASE("another one of the same key has lost its event") {
    CHECK(stream.take(record(R"({"id":1})", std::nullopt)).size() == 1);
  }
  SUBCASE("of another partition, too") {
    CHECK(stream.take(record(R"({"id":1})", deleted(1))).size() == 1);
    Record other = record(R"({"id":1})", std::nullopt);
    other.partition = 4;
    CHECK(stream.take(other).size() == 1);
  }
  SUBCASE("a row that came back is deleted by what follows it") {
    CHECK(stream.take(record(R"({"id":1})", deleted(1))).size() == 1);
    CHECK(stream.take(record(R"({"id":1})", kValue)).size() == 1);
    CHECK(stream.take(record(R"({"id":1})", std::nullopt)).size() == 1);
  }
  SUBCASE("another writer's record may stand between") {
    CHECK(stream.take(record(R"({"id":1})", deleted(1))).size() == 1);
    CHECK(stream.take(record(R"({"id":2})", kValue)).size() == 1);
    CHECK(stream.take(record(R"({"id":1})", std::nullopt)).empty());
  }
}

TEST_CASE("a tombstone alone is the delete event") {
  Stream stream;
  Record gone = record(R"({"id":7})", std::nullopt);
  gone.headers = {{"cdc.pos", "00/01"}};
  const json first = stream.take(gone).at(0);
  CHECK(first["pos"] == "00/01");
  CHECK(first["key"] == json{{"id", 7}});
  CHECK(first["before"].is_null());
  CHECK(first["after"].is_null());
  CHECK(first["op"] == "d");
  CHECK(first["kafka"]["offset"] == 17);
  CHECK(first["source"] == json{{"schema", "public"}, {"table", "t"}});
  CHECK(stream.take(record(R"({"id":8})", deleted(8))).size() == 1);
  CHECK(stream.take(record("plain", std::nullopt)).at(0)["source"] ==
        json{{"schema", "s\"x"}, {"table", "t"}});
  CHECK(stream.take(record(std::nullopt, std::nullopt)).empty());
}

TEST_CASE("the tombstone of a flat row is its delete event") {
  Stream stream;
  CHECK(stream.take(record(R"({"id":1})", R"({"id":1,"v":"a"})")).at(0)["v"] == "a");
  CHECK(stream.take(record(R"({"id":1})", std::nullopt)).at(0)["op"] == "d");
}

TEST_CASE("both null forms of a converter are tombstones, the word null is none") {
  Stream stream;
  const std::string key = wrapped(kStruct, R"({"id":1})");
  CHECK(stream.take(record(key, wrapped(kStruct, deleted(1)))).size() == 1);
  CHECK(stream.take(record(key, R"({"schema":null,"payload":null})")).empty());
  CHECK(stream.take(record(key, wrapped(kStruct, "null"))).at(0)["op"] == "d");
  CHECK(stream.take(record(key, std::nullopt)).at(0)["key"] == json{{"id", 1}});
  CHECK(stream.take(record(key, kValue)).size() == 1);
  std::string out;
  CHECK(stream.builder.append_line(out, record(key, "null")) != nullptr);
  CHECK(stream.builder.append_line(out, record(key, "nope")) != nullptr);
}

TEST_CASE("a head that was seen before is believed no further than it goes") {
  Stream stream;
  CHECK(stream.take(record("{}", wrapped(kStruct, R"({"a":1})"))).at(0)["a"] == 1);
  CHECK(stream.take(record("{}", wrapped(kStruct, R"({"a":2})"))).at(0)["a"] == 2);
  const std::string row = R"({"schema":)" + kStruct + R"(,"payload":{"a":1},"b":2})";
  CHECK(stream.take(record("{}", row)).at(0)["payload"] == json{{"a", 1}});
  std::string out;
  CHECK(stream.builder.append_line(out, record("{}", wrapped(kStruct, R"({"a":1)"))) != nullptr);
  CHECK(stream.builder.append_line(out, record("{}", wrapped(kStruct, "3"))) != nullptr);
  CHECK(out.empty());
  const std::string key = wrapped(kStruct, R"({"id":1},"x":{})");
  CHECK(stream.take(record(key, kValue)).at(0)["key"]["x"] == json::object());
}

TEST_CASE("records with their own schema know its line") {
  const std::string key_schema =
      R"({"type":"struct","fields":[{"type":"int32","optional":false,"field":"id"}],"optional":false,"name":"K"})";
  const auto value_schema = [](const std::string& more) {
    const std::string row =
        R"({"type":"struct","fields":[{"type":"int32","optional":false,"field":"id"})" + more +
        R"(],"optional":true,"field":"after"})";
    return R"({"type":"struct","fields":[)" + row + R"(],"optional":false,"name":"E"})";
  };
  const std::string key = wrapped(key_schema, R"({"id":1})");
  const std::string event =
      R"({"before":null,"after":{"id":1},"source":{"schema":"inv","table":"o"},"op":"c"})";
  const std::string wide = value_schema(R"(,{"type":"string","optional":true,"field":"n"})");
  Stream stream;
  const json first = stream.shape_of(record(key, wrapped(value_schema(""), event)));
  CHECK(first["__cdc"] == "schema");
  CHECK(first["schema"] == "inv");
  CHECK(first["table"] == "o");
  CHECK(first["key"] == json{"id"});
  CHECK(first["encoding"] == "debezium");
  CHECK(first["connect"]["key"] == json::parse(key_schema));
  CHECK(first["columns"].size() == 1);
  const std::string* narrow = stream.builder.own_shape();
  CHECK(stream.shape_of(record(key, wrapped(wide, event)))["columns"].size() == 2);
  CHECK(stream.shape_of(record(key, wrapped(value_schema(""), event)))["columns"].size() == 1);
  CHECK(stream.builder.own_shape() == narrow);
  // a truncate has no row's key, a message no table: neither says what its table looks like
  const std::string emptied = wrapped(
      wide, R"({"before":null,"after":null,"source":{"schema":"inv","table":"o"},"op":"t"})");
  Record truncate = record("", emptied);
  truncate.key.reset();
  CHECK(stream.shape_of(truncate).is_null());
  const std::string value = wrapped(wide, event);
  Record ours = record(key, value);
  ours.headers = {{"cdc.schema", "0123456789abcdef"}};
  CHECK(stream.shape_of(ours).is_null());
  CHECK(stream.shape_of(record(key, event)).is_null());
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
