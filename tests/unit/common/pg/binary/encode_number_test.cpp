#include "common/pg/binary/encode_number.hpp"

#include <bit>
#include <charconv>
#include <cstring>
#include <random>

#include <doctest/doctest.h>

using namespace cdckit::pg;

namespace {

using Encode = const FieldProblem* (*)(std::string_view, std::string&);

std::string hex(Encode encode, std::string_view text) {
  std::string out;
  if (const FieldProblem* problem = encode(text, out)) return std::string(problem->code);
  std::string digits;
  for (const char c : out.substr(4)) {
    digits += "0123456789abcdef"[static_cast<unsigned char>(c) >> 4U];
    digits += "0123456789abcdef"[static_cast<unsigned char>(c) & 15U];
  }
  return digits;
}

}  // namespace

TEST_CASE("integers in network order with their limits") {
  CHECK(hex(encode_integer<std::int16_t>, "-32768") == "8000");
  CHECK(hex(encode_integer<std::int16_t>, "32768") == "22003");
  CHECK(hex(encode_integer<std::int32_t>, " +12 ") == "0000000c");
  CHECK(hex(encode_integer<std::int64_t>, "9223372036854775807") == "7fffffffffffffff");
  CHECK(hex(encode_integer<std::int64_t>, "9223372036854775808") == "22003");
  for (const char* bad : {"", " ", "1.0", "1e3", "x", "+-1", "--1", "1 2", "true"})
    CHECK(hex(encode_integer<std::int32_t>, bad) == "22P02");
}

TEST_CASE("floats round as their width does") {
  CHECK(hex(encode_float8, "1.5") == "3ff8000000000000");
  CHECK(hex(encode_float8, "-0") == "8000000000000000");
  CHECK(hex(encode_float4, "16777217") == "4b800000");
  CHECK(hex(encode_float8, "-Infinity") == "fff0000000000000");
  CHECK(hex(encode_float8, "inf") == "7ff0000000000000");
  CHECK(hex(encode_float8, "nan") == "7ff8000000000000");
  CHECK(hex(encode_float8, "1e400") == "22003");
  CHECK(hex(encode_float4, "1e39") == "22003");
  for (const char* bad : {"", "1.2.3", "east", "0x10", "1e"})
    CHECK(hex(encode_float8, bad) == "22P02");
}

TEST_CASE("booleans as COPY reads them") {
  for (const char* yes : {"true", "t", "YES", "on", "1", " tr "})
    CHECK(hex(encode_boolean, yes) == "01");
  for (const char* no : {"false", "F", "n", "off", "of", "0"})
    CHECK(hex(encode_boolean, no) == "00");
  for (const char* bad : {"", "o", "2", "truer", "null"})
    CHECK(hex(encode_boolean, bad) == "22P02");
}

TEST_CASE("numerics keep every digit: ndigits, weight, sign, scale, groups of four") {
  CHECK(hex(encode_numeric, "0") == "0000000000000000");
  CHECK(hex(encode_numeric, "0.000") == "0000000000000003");
  CHECK(hex(encode_numeric, "1") == "00010000000000000001");
  CHECK(hex(encode_numeric, "-12345.678") == "0003000140000003000109291a7c");
  CHECK(hex(encode_numeric, "10000") == "00010001000000000001");
  CHECK(hex(encode_numeric, "0.0001") == "0001ffff000000040001");
  CHECK(hex(encode_numeric, "0.00001") == "0001fffe0000000503e8");
  CHECK(hex(encode_numeric, "1.50") == "000200000000000200011388");
  CHECK(hex(encode_numeric, "15e-1") == "000200000000000100011388");
  CHECK(hex(encode_numeric, "1e3") == "000100000000000003e8");
  CHECK(hex(encode_numeric, "001.5") == "000200000000000100011388");
  CHECK(hex(encode_numeric, ".5") == "0001ffff000000011388");
  CHECK(hex(encode_numeric, "NaN") == "00000000c0000000");
  CHECK(hex(encode_numeric, "-infinity") == "00000000f0000000");
}

TEST_CASE("numerics that PostgreSQL cannot hold are refused") {
  CHECK(hex(encode_numeric, "1e131072") == "22003");
  CHECK(hex(encode_numeric, "1e99999999999999999999") == "22003");
  CHECK(hex(encode_numeric, "1e-20000") == "22003");
  for (const char* bad : {"", ".", "-", "1.2.3", "1e", "e5", "12a"})
    CHECK(hex(encode_numeric, bad) == "22P02");
}

TEST_CASE("short decimals take a way of their own to the same double") {
  std::mt19937 random(3);
  for (int round = 0; round < 200'000; ++round) {
    std::string text = random() % 3 == 0 ? "-" : "";
    for (auto count = random() % 10 + 1; count > 0; --count)
      text += static_cast<char>('0' + random() % 10);
    if (random() % 4 != 0) text += '.';
    for (auto count = random() % 10; count > 0; --count)
      text += static_cast<char>('0' + random() % 10);
    if (random() % 20 == 0) text.insert(random() % text.size(), 1, "-+.ex "[random() % 6]);
    std::string usual;
    const bool taken = encode_float8(text, usual) == nullptr;
    std::string other;
    // a space in front is none of that form
    REQUIRE(taken == (encode_float8(" " + text, other) == nullptr));
    CAPTURE(text);
    if (taken) REQUIRE(usual == other);
  }
}
