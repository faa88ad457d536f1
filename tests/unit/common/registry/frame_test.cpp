#include "common/registry/frame.hpp"

#include <doctest/doctest.h>

using namespace cdckit::registry;
using namespace std::string_literals;

TEST_CASE("an id before the value, written and read") {
  std::string bytes;
  append_prefix(bytes, 0x01020384);
  CHECK(bytes == "\0\x01\x02\x03\x84"s);
  bytes += "abc";
  Frame frame;
  CHECK(read_frame(bytes, std::nullopt, frame) == nullptr);
  CHECK(frame.id == 0x01020384);
  CHECK_FALSE(frame.guid);
  CHECK(frame.payload == "abc");
  CHECK(looks_framed(bytes));
}

TEST_CASE("a GUID before the value") {
  const std::string bytes =
      "\x01\x00\x11\x22\x33\x44\x55\x66\x77\x88\x99\xAA\xBB\xCC\xDD\xEE\xFFxy"s;
  Frame frame;
  CHECK(read_frame(bytes, std::nullopt, frame) == nullptr);
  CHECK_FALSE(frame.id);
  REQUIRE(frame.guid);
  CHECK(to_text(*frame.guid) == "00112233-4455-6677-8899-aabbccddeeff");
  CHECK(frame.payload == "xy");
}

TEST_CASE("a header takes the prefix's place, in both forms") {
  Frame frame;
  const std::string id = "\0\0\0\0\x07"s;
  CHECK(read_frame("\0abc"s, id, frame) == nullptr);
  CHECK(frame.id == 7);
  CHECK(frame.payload == "\0abc"s);
  const std::string guid = "\x01" + std::string(16, '\x22');
  CHECK(read_frame("", guid, frame) == nullptr);
  CHECK(frame.guid);
  CHECK(frame.payload.empty());
}

TEST_CASE("what is not framed is told why") {
  Frame frame;
  const auto why = [&](std::string_view bytes, std::optional<std::string_view> header = {}) {
    return std::string(read_frame(bytes, header, frame));
  };
  CHECK(why("") == "it is empty, not framed Avro");
  CHECK(why("hello") == "its first byte is none of framed Avro's");
  CHECK(why("\0\0\0"s) == "it ends within the schema's id");
  CHECK(why("\x01" + std::string(15, 'x')) == "it ends within the schema's id");
  for (const auto& header :
       {""s, "x"s, "\0\0\0\0"s, "\0\0\0\0\0\0"s, "\x01" + std::string(17, 'x')})
    CHECK(why("abc", header) == "the header with the schema's id is none");
  CHECK_FALSE(looks_framed("{\"a\":1}"));
  CHECK_FALSE(looks_framed(""));
}
