#include "common/pg/binary/decode.hpp"

#include "common/base/error.hpp"
#include "common/pg/binary/big_endian.hpp"
#include "common/pg/binary/encode_bytes.hpp"
#include "common/pg/binary/encode_number.hpp"
#include "common/pg/binary/encode_time.hpp"

#include <algorithm>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include <doctest/doctest.h>

using namespace cdckit;
using namespace cdckit::pg;

namespace {

template <class T>
std::string number(T value) {
  std::string out;
  append_big_endian(out, value);
  return out;
}

std::string text_of(BinaryForm form, const std::string& bytes) {
  std::string out = "x";  // appended, never replaced
  append_binary_text(out, form, bytes);
  return out.substr(1);
}

std::string numeric(std::int16_t weight,
                    int sign,
                    std::int16_t scale,
                    const std::vector<std::int16_t>& groups) {
  std::string out = number(static_cast<std::int16_t>(groups.size())) + number(weight) +
                    number(static_cast<std::uint16_t>(sign)) + number(scale);
  for (const auto group : groups) out += number(group);
  return out;
}

constexpr std::int64_t kDay = 86'400'000'000;

}  // namespace

TEST_CASE("whole numbers") {
  CHECK(text_of(BinaryForm::int2, number<std::int16_t>(-32768)) == "-32768");
  CHECK(text_of(BinaryForm::int4, number<std::int32_t>(2147483647)) == "2147483647");
  CHECK(text_of(BinaryForm::int8, number(std::numeric_limits<std::int64_t>::min())) ==
        "-9223372036854775808");
  CHECK(text_of(BinaryForm::oid, number<std::uint32_t>(4294967295U)) == "4294967295");
  CHECK(text_of(BinaryForm::boolean, std::string(1, '\1')) == "t");
  CHECK(text_of(BinaryForm::boolean, std::string(1, '\0')) == "f");
}

TEST_CASE("numerics keep every digit and their scale") {
  CHECK(text_of(BinaryForm::numeric, numeric(0, 0, 0, {})) == "0");
  CHECK(text_of(BinaryForm::numeric, numeric(0, 0, 2, {})) == "0.00");
  CHECK(text_of(BinaryForm::numeric, numeric(0, 0, 2, {1, 2500})) == "1.25");
  CHECK(text_of(BinaryForm::numeric, numeric(1, 0x4000, 3, {12, 34, 5000})) == "-120034.500");
  CHECK(text_of(BinaryForm::numeric, numeric(-2, 0, 10, {12})) == "0.0000001200");
  CHECK(text_of(BinaryForm::numeric, numeric(2, 0, 0, {5})) == "500000000");
  CHECK(text_of(BinaryForm::numeric, numeric(0, 0, 5, {0, 1234, 5000})) == "0.12345");
  CHECK(text_of(BinaryForm::numeric, numeric(0, 0xC000, 0, {})) == "NaN");
  CHECK(text_of(BinaryForm::numeric, numeric(0, 0xD000, 0, {})) == "Infinity");
  CHECK(text_of(BinaryForm::numeric, numeric(0, 0xF000, 0, {})) == "-Infinity");
}

TEST_CASE("dates and times as ISO text in UTC") {
  CHECK(text_of(BinaryForm::date, number<std::int32_t>(0)) == "2000-01-01");
  CHECK(text_of(BinaryForm::date, number<std::int32_t>(-1)) == "1999-12-31");
  CHECK(text_of(BinaryForm::date, number<std::int32_t>(59)) == "2000-02-29");
  CHECK(text_of(BinaryForm::date, number<std::int32_t>(-730120)) == "0001-12-31 BC");
  CHECK(text_of(BinaryForm::date, number<std::int32_t>(-730119)) == "0001-01-01");
  CHECK(text_of(BinaryForm::date, number<std::int32_t>(-2451545)) == "4714-11-24 BC");
  CHECK(text_of(BinaryForm::date, number<std::int32_t>(2145031948)) == "5874897-12-31");
  CHECK(text_of(BinaryForm::date, number(std::numeric_limits<std::int32_t>::max())) == "infinity");
  CHECK(text_of(BinaryForm::date, number(std::numeric_limits<std::int32_t>::min())) == "-infinity");
  CHECK(text_of(BinaryForm::time, number(kDay)) == "24:00:00");
  CHECK(text_of(BinaryForm::time, number(kDay - 1)) == "23:59:59.999999");
  CHECK(text_of(BinaryForm::timestamp, number<std::int64_t>(500'000)) == "2000-01-01 00:00:00.5");
  CHECK(text_of(BinaryForm::timestamp, number<std::int64_t>(-1)) == "1999-12-31 23:59:59.999999");
  CHECK(text_of(BinaryForm::timestamptz, number<std::int64_t>(0)) == "2000-01-01 00:00:00+00");
  CHECK(text_of(BinaryForm::timestamptz, number<std::int64_t>(-730120 * kDay + 1'000'000)) ==
        "0001-12-31 00:00:01+00 BC");
  CHECK(text_of(BinaryForm::timestamptz, number(std::numeric_limits<std::int64_t>::max())) ==
        "infinity");
  CHECK(text_of(BinaryForm::timestamp, number(std::numeric_limits<std::int64_t>::min())) ==
        "-infinity");
}

TEST_CASE("bytes") {
  CHECK(text_of(BinaryForm::bytea, std::string("\0\xffz", 3)) == "\\x00ff7a");
  CHECK(text_of(BinaryForm::uuid, "0123456789abcdef") == "30313233-3435-3637-3839-616263646566");
}

TEST_CASE("texts are taken as they are") {
  std::string_view bytes = "a\tb";
  CHECK(raw_text(BinaryForm::text, bytes));
  CHECK(bytes == "a\tb");
  bytes = "\1{}";
  CHECK(raw_text(BinaryForm::jsonb, bytes));
  CHECK(bytes == "{}");
  CHECK_FALSE(raw_text(BinaryForm::int4, bytes));
  bytes = "\2{}";
  CHECK_THROWS_AS(raw_text(BinaryForm::jsonb, bytes), base::Error);
}

TEST_CASE("bytes that no server sends are refused") {
  for (const auto form : {BinaryForm::boolean,
                          BinaryForm::int2,
                          BinaryForm::int4,
                          BinaryForm::int8,
                          BinaryForm::oid,
                          BinaryForm::date,
                          BinaryForm::time,
                          BinaryForm::timestamp,
                          BinaryForm::timestamptz,
                          BinaryForm::numeric,
                          BinaryForm::uuid}) {
    CHECK_THROWS_AS(text_of(form, "abc"), base::Error);
  }
  CHECK_THROWS_AS(text_of(BinaryForm::numeric, numeric(0, 0x1234, 0, {1})), base::Error);
  CHECK_THROWS_AS(text_of(BinaryForm::numeric, numeric(0, 0, 0, {-1})), base::Error);
  CHECK_THROWS_AS(text_of(BinaryForm::numeric, numeric(0, 0, -1, {1})), base::Error);
  CHECK_THROWS_AS(text_of(BinaryForm::numeric, numeric(0, 0, 0, {1}) + "xx"), base::Error);
  CHECK_THROWS_AS(text_of(BinaryForm::time, number<std::int64_t>(-1)), base::Error);
}

TEST_CASE("types that only the server can print") {
  CHECK(binary_form(25) == BinaryForm::text);
  for (const std::uint32_t oid : {18U, 142U, 700U, 701U, 790U, 869U, 1186U, 16384U})
    CHECK_FALSE(binary_form(oid));
}

namespace {

// The text that a value has after it was made a field and read again; or why it is none.
template <class Encode>
std::string there_and_back(const Encode& encode, BinaryForm form, const std::string& text) {
  std::string out;
  if (const FieldProblem* problem = encode(text, out)) return std::string(problem->code);
  REQUIRE(load_big_endian<std::int32_t>(out.data()) == static_cast<std::int32_t>(out.size() - 4));
  return text_of(form, out.substr(4));
}

class Texts {
 public:
  std::string digits(std::size_t least, std::size_t most) {
    std::string out(below(most - least + 1) + least, '0');
    for (char& digit : out) digit = static_cast<char>('0' + below(10));
    return out;
  }
  std::string decimal() {
    std::string whole = digits(1, 30);
    whole.erase(0, std::min(whole.find_first_not_of('0'), whole.size() - 1));
    const std::string fraction = below(3) == 0 ? "" : "." + digits(1, 30);
    const std::string text = whole + fraction;
    const bool zero = text.find_first_not_of("0.") == std::string::npos;
    return (below(2) == 0 && !zero ? "-" : "") + text;
  }
  std::string date() {
    return padded(1 + below(12'000), 4) + "-" + padded(1 + below(12), 2) + "-" +
           padded(1 + below(28), 2);
  }
  std::string clock() {
    std::string fraction = below(2) == 0 ? "." + digits(1, 6) : "";
    while (fraction.ends_with('0')) fraction.pop_back();
    if (fraction == ".") fraction.clear();
    return padded(below(24), 2) + ":" + padded(below(60), 2) + ":" + padded(below(60), 2) +
           fraction;
  }
  std::string hex(std::size_t count) {
    std::string out;
    while (out.size() < count) out += "0123456789abcdef"[below(16)];
    return out;
  }
  std::size_t below(std::size_t end) { return random_() % end; }

 private:
  static std::string padded(std::size_t value, std::size_t width) {
    std::string text = std::to_string(value);
    return std::string(width - std::min(width, text.size()), '0') + text;
  }
  std::mt19937_64 random_{20'260'301};
};

}  // namespace

TEST_CASE("what one direction makes the other reads: any value keeps its text") {
  Texts texts;
  for (int round = 0; round < 5000; ++round) {
    const std::string whole = std::to_string(static_cast<std::int64_t>(texts.below(~0ULL)));
    REQUIRE(there_and_back(encode_integer<std::int64_t>, BinaryForm::int8, whole) == whole);
    const std::string decimal = texts.decimal();
    REQUIRE(there_and_back(encode_numeric, BinaryForm::numeric, decimal) == decimal);
    const std::string date = texts.date();
    REQUIRE(there_and_back(encode_date, BinaryForm::date, date) == date);
    const std::string clock = texts.clock();
    REQUIRE(there_and_back(encode_time, BinaryForm::time, clock) == clock);
    const std::string moment = date + " " + clock;
    const auto bare = [](std::string_view text, std::string& out) {
      return encode_timestamp(text, false, out);
    };
    REQUIRE(there_and_back(bare, BinaryForm::timestamp, moment) == moment);
    const auto zoned = [](std::string_view text, std::string& out) {
      return encode_timestamp(text, true, out);
    };
    REQUIRE(there_and_back(zoned, BinaryForm::timestamptz, moment + "+00") == moment + "+00");
    const std::string bytes = "\\x" + texts.hex(2 * texts.below(40));
    REQUIRE(there_and_back(encode_bytea, BinaryForm::bytea, bytes) == bytes);
    const std::string uuid = texts.hex(8) + "-" + texts.hex(4) + "-" + texts.hex(4) + "-" +
                             texts.hex(4) + "-" + texts.hex(12);
    REQUIRE(there_and_back(encode_uuid, BinaryForm::uuid, uuid) == uuid);
  }
  for (const char* special : {"NaN", "Infinity", "-Infinity"})
    CHECK(there_and_back(encode_numeric, BinaryForm::numeric, special) == special);
  for (const char* special : {"infinity", "-infinity"})
    CHECK(there_and_back(encode_date, BinaryForm::date, special) == special);
}
