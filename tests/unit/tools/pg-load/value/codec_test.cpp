#include "tools/pg-load/value/codec.hpp"

#include <doctest/doctest.h>

using namespace cdckit::pg_load;

namespace {

// Field without its length, or the SQLSTATE of the refusal.
std::string encode(Codec codec, std::string_view json) {
  FieldEncoder encoder;
  std::string out;
  if (const FieldProblem* problem = encoder.encode(codec, json, out))
    return std::string(problem->code);
  const auto length = static_cast<std::size_t>(static_cast<unsigned char>(out[2])) * 256 +
                      static_cast<unsigned char>(out[3]);
  REQUIRE(out.size() == length + 4);
  return out.substr(4);
}

}  // namespace

TEST_CASE("text takes strings without quotes and other values as they stand") {
  CHECK(encode(Codec::text, R"("a\tb\"ü\u20ac")") == "a\tb\"ü€");
  CHECK(encode(Codec::text, "12.50") == "12.50");
  CHECK(encode(Codec::text, R"({"a":[1]})") == R"({"a":[1]})");
  CHECK(encode(Codec::text, R"("a\u0000b")") == "22P05");
  CHECK(encode(Codec::text, R"("\ud800")") == "22P05");
  CHECK(encode(Codec::cast, R"("10.0.0.1")") == "10.0.0.1");
}

TEST_CASE("json keeps its text, jsonb has a version byte and refuses what the server refuses") {
  CHECK(encode(Codec::json, R"("a\u0000")") == R"("a\u0000")");
  CHECK(encode(Codec::jsonb, R"({"a":"\u00e9"})") == "\1{\"a\":\"\\u00e9\"}");
  CHECK(encode(Codec::jsonb, R"({"a":"x\u0000"})") == "22P05");
  CHECK(encode(Codec::jsonb, R"(["\ud800"])") == "22P05");
  CHECK(encode(Codec::jsonb, R"(["\\u0000"])") == "\1[\"\\\\u0000\"]");
  CHECK(encode(Codec::populate, "[1,null]") == "[1,null]");
}

TEST_CASE("uuid in the forms that PostgreSQL reads") {
  const std::string wanted =
      std::string("\xf8\x1d\x4f\xae\x7d\xec\x11\xd0\xa7\x65\0\xa0\xc9\x1e\x6b\xf6", 16);
  CHECK(encode(Codec::uuid, R"("f81d4fae-7dec-11d0-a765-00a0c91e6bf6")") == wanted);
  CHECK(encode(Codec::uuid, R"("{F81D4FAE7DEC11D0A76500A0C91E6BF6}")") == wanted);
  CHECK(encode(Codec::uuid, R"("f81d4fae")") == "22P02");
  CHECK(encode(Codec::uuid, R"("f81d4fae-7dec-11d0-a765-00a0c91e6bf6a")") == "22P02");
}

TEST_CASE("bytea in hex and escape format") {
  CHECK(encode(Codec::bytea, R"("\\x00ff41")") == std::string("\0\xff"
                                                              "A",
                                                              3));
  CHECK(encode(Codec::bytea, R"("a\\\\b\\101")") == "a\\bA");
  CHECK(encode(Codec::bytea, R"("\\x0")") == "22P02");
  CHECK(encode(Codec::bytea, R"("\\9")") == "22P02");
  CHECK(encode(Codec::bytea, R"("")").empty());
}

TEST_CASE("types and their staging") {
  CHECK(codec_for_type("timestamp with time zone") == Codec::timestamptz);
  CHECK(codec_for_type("inet") == Codec::cast);
  CHECK(staging_type(Codec::text) == "text");
  CHECK(staging_type(Codec::cast) == "text");
  CHECK(staging_type(Codec::populate) == "json");
  CHECK(staging_type(Codec::float8) == "double precision");
}

TEST_CASE("the frame of a binary COPY") {
  std::string out;
  append_copy_header(out);
  CHECK(out == std::string("PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0", 19));
  out.clear();
  append_null_field(out);
  append_copy_trailer(out);
  CHECK(out == "\xff\xff\xff\xff\xff\xff");
}
