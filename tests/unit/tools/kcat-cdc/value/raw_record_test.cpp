#include "tools/kcat-cdc/value/raw_record.hpp"

#include "common/ndjson/walker.hpp"

#include <random>

#include <doctest/doctest.h>

using namespace cdckit;
using kcat_cdc::RawReader;

namespace {

struct Reading {
  explicit Reading(std::string text) : line(std::move(text)) {
    const char* bad = walker.walk(line, false);
    REQUIRE_MESSAGE(bad == nullptr, bad);
    reason = reader.read(line, walker.members());
  }
  const kafka::Outgoing& record() {
    REQUIRE_MESSAGE(reason == nullptr, reason);
    return reader.record();
  }

  std::string line;
  ndjson::Walker walker;
  RawReader reader;
  const char* reason = nullptr;
};

kafka::Record record() {
  kafka::Record out;
  out.topic = "p.public.t";
  out.partition = 2;
  out.offset = 7;
  out.timestamp_ms = 1234;
  return out;
}

std::string line_of(const kafka::Record& record) {
  std::string out;
  kcat_cdc::append_raw_line(out, record);
  return out;
}

}  // namespace

TEST_CASE("the members of a raw line and their order") {
  kafka::Record out = record();
  out.key = "k\"";
  out.value = std::string_view("\x00\xff", 2);
  out.headers = {{"a", "1"}, {"a", "2"}, {"b", std::nullopt}, {"c", "\xc3"}};
  CHECK(
      line_of(out) ==
      R"({"topic":"p.public.t","partition":2,"offset":7,"timestamp":1234,"key":"k\"","value":{"base64":"AP8="},)"
      R"("headers":[["a","1"],["a","2"],["b",null],["c",{"base64":"ww=="}]]})");
  out.key.reset();
  out.value.reset();
  out.headers.clear();
  out.timestamp_ms = -1;
  CHECK(
      line_of(out) ==
      R"({"topic":"p.public.t","partition":2,"offset":7,"timestamp":null,"key":null,"value":null,"headers":[]})");
}

TEST_CASE("null, empty and the word null are three things, and a value left out is none of them") {
  CHECK_FALSE(Reading(R"({"value":null})").record().value.has_value());
  CHECK(Reading(R"({"value":"null"})").record().value == "null");
  CHECK(Reading(R"({"value":""})").record().value == "");
  CHECK_FALSE(Reading(R"({"key":null,"value":""})").record().key.has_value());
  CHECK(Reading(R"({"key":"null","value":""})").record().key == "null");
  CHECK(Reading(R"({"key":"","value":""})").record().key == "");
  CHECK(Reading(R"({"key":"k"})").reason != nullptr);
  CHECK(Reading("{}").reason != nullptr);
}

TEST_CASE("a value that looks like a control line is a value") {
  kafka::Record out = record();
  out.value = R"({"__cdc":"ckpt","seq":1})";
  const std::string line = line_of(out);
  CHECK_FALSE(line.starts_with(R"({"__cdc":)"));
  CHECK(Reading(line).record().value == out.value);
}

TEST_CASE("what is left out has its default, what is not ours is passed over") {
  Reading reading(R"({"more":[{"value":1}],"value":"v","offset":"any"})");
  CHECK(reading.record().partition == kafka::kAnyPartition);
  CHECK(reading.record().timestamp_ms == 0);
  CHECK(reading.record().headers.empty());
  CHECK(reading.reader.topic().empty());
  Reading whole(R"({"headers":null,"timestamp":null,"partition":null,"topic":null,"value":"v"})");
  CHECK(whole.record().partition == kafka::kAnyPartition);
}

TEST_CASE("what a line says about place and time") {
  Reading reading(R"({"topic":"\u0074","partition":3,"timestamp":99,"value":"v"})");
  CHECK(reading.record().partition == 3);
  CHECK(reading.record().timestamp_ms == 99);
  CHECK(reading.reader.topic() == "t");
}

TEST_CASE("members that say nothing a record can hold") {
  for (const char* member : {R"("value":1)",
                             R"("value":{})",
                             R"("value":{"base64":"?"})",
                             R"("value":{"base64":1})",
                             R"("value":{"base64":"","x":1})",
                             R"("value":{"base46":""})",
                             R"("value":[])",
                             R"("value":true)",
                             R"("value":"\ud800")",
                             R"("value":"","key":1)",
                             R"("value":"","key":{"id":1})",
                             R"("value":"","topic":"")",
                             R"("value":"","topic":1)",
                             R"("value":"","topic":{"base64":"dA=="})",
                             R"("value":"","partition":-2)",
                             R"("value":"","partition":4294967296)",
                             R"("value":"","partition":"1")",
                             R"("value":"","partition":0.5)",
                             R"("value":"","timestamp":-1)",
                             R"("value":"","timestamp":1e3)",
                             R"("value":"","timestamp":"1")",
                             R"("value":"","timestamp":99999999999999999999)",
                             R"("value":"","headers":{})",
                             R"("value":"","headers":["a"])",
                             R"("value":"","headers":[{"a":1}])",
                             R"("value":"","headers":[["a"]])",
                             R"("value":"","headers":[["a","b","c"]])",
                             R"("value":"","headers":[[null,"b"]])",
                             R"("value":"","headers":[["a",1]])",
                             R"("value":"","headers":[["a\u0000","b"]])"}) {
    CHECK_MESSAGE(Reading("{" + std::string(member) + "}").reason != nullptr, member);
  }
}

TEST_CASE("a reader holds nothing of the line before") {
  ndjson::Walker walker;
  RawReader reader;
  const std::string first =
      R"({"topic":"t","partition":1,"timestamp":5,"key":"k","value":"v","headers":[["a","b"]]})";
  REQUIRE(walker.walk(first, false) == nullptr);
  REQUIRE(reader.read(first, walker.members()) == nullptr);
  const std::string second = R"({"value":null})";
  REQUIRE(walker.walk(second, false) == nullptr);
  REQUIRE(reader.read(second, walker.members()) == nullptr);
  CHECK(reader.topic().empty());
  CHECK_FALSE(reader.record().key.has_value());
  CHECK(reader.record().headers.empty());
  CHECK(reader.record().timestamp_ms == 0);
}

TEST_CASE("random records come back byte for byte") {
  std::mt19937 random(15);
  const auto bytes = [&] {
    std::string out(random() % 40, 'x');
    for (char& c : out)
      c = random() % 2 == 0 ? static_cast<char>(random()) : "\"\\/{}\n\t"[random() % 7];
    return out;
  };
  for (int i = 0; i < 20'000; ++i) {
    const std::array<std::string, 4> texts = {bytes(), bytes(), bytes(), bytes()};
    std::string name = bytes();
    std::erase(name, '\0');
    kafka::Record out = record();
    if (random() % 4 != 0) out.key = texts[0];
    if (random() % 4 != 0) out.value = texts[1];
    out.headers = {{name, texts[2]}, {name, std::nullopt}, {"", texts[3]}};
    Reading reading(line_of(out));
    const kafka::Outgoing& back = reading.record();
    CHECK(back.key == out.key);
    CHECK(back.value == out.value);
    CHECK(std::ranges::equal(back.headers, out.headers));
    CHECK(back.partition == out.partition);
    CHECK(back.timestamp_ms == out.timestamp_ms);
    CHECK(reading.reader.topic() == out.topic);
  }
}

TEST_CASE("names of members may be written with escapes") {
  Reading reading(R"({"\u0076alue":"x","k\u0065y":"k","h\\":1})");
  CHECK(reading.record().value == "x");
  CHECK(reading.record().key == "k");
}
