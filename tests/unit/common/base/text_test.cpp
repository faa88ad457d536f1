#include "common/base/text.hpp"

#include <limits>
#include <string>

#include <doctest/doctest.h>

using namespace cdckit::base;
using std::chrono::milliseconds;

TEST_CASE("whole numbers: all of the text or nothing") {
  CHECK(parse_unsigned("0") == 0U);
  CHECK(parse_unsigned("18446744073709551615") == std::numeric_limits<std::uint64_t>::max());
  for (const char* bad :
       {"", " 1", "1 ", "+1", "-1", "1.0", "0x1", "18446744073709551616", "1e3"}) {
    CAPTURE(bad);
    CHECK_FALSE(parse_unsigned(bad));
  }
  CHECK(parse_signed("-9223372036854775808") == std::numeric_limits<std::int64_t>::min());
  CHECK(parse_signed("9223372036854775807") == std::numeric_limits<std::int64_t>::max());
  for (const char* bad : {"", "-", "--1", "+1", "9223372036854775808", "-9223372036854775809"}) {
    CAPTURE(bad);
    CHECK_FALSE(parse_signed(bad));
  }
}

TEST_CASE("hex: 1 to 16 digits of either case") {
  CHECK(parse_hex("0") == 0U);
  CHECK(parse_hex("ffffffffffffffff") == std::numeric_limits<std::uint64_t>::max());
  CHECK(parse_hex("016B3748") == 0x16B3748U);
  CHECK(parse_hex("aBcD") == 0xABCDU);
  for (const char* bad : {"", "0x1", "-1", "g", " 1", "00000000000000001", "10000000000000000"}) {
    CAPTURE(bad);
    CHECK_FALSE(parse_hex(bad));
  }
}

TEST_CASE("hex16 always has 16 upper-case digits and sorts like the number") {
  CHECK(hex16(0) == "0000000000000000");
  CHECK(hex16(0x16B3748) == "00000000016B3748");
  CHECK(hex16(std::numeric_limits<std::uint64_t>::max()) == "FFFFFFFFFFFFFFFF");
  std::string last;
  for (std::uint64_t value = 1; value != 0; value *= 3, value = value > (1ULL << 62U) ? 0 : value) {
    const std::string text = hex16(value);
    CHECK(last < text);
    CHECK(parse_hex(text) == value);
    last = text;
  }
  std::string appended = "x";
  append_hex16(appended, 10);
  CHECK(appended == "x000000000000000A");
}

TEST_CASE("durations") {
  CHECK(parse_duration("250ms") == milliseconds(250));
  CHECK(parse_duration("10s") == milliseconds(10'000));
  CHECK(parse_duration("10") == milliseconds(10'000));
  CHECK(parse_duration("5m") == milliseconds(300'000));
  CHECK(parse_duration("2h") == milliseconds(7'200'000));
  CHECK(parse_duration("1d") == milliseconds(86'400'000));
  CHECK(parse_duration("0s") == milliseconds(0));
  for (const char* bad : {"",
                          "s",
                          "-1s",
                          "1.5s",
                          "1 s",
                          "1S",
                          "1sec",
                          "10sx",
                          "99999999999999999999s",
                          "18446744073709551615ms",
                          "9223372036854775807ms",
                          "40000d"}) {
    CAPTURE(bad);
    CHECK_FALSE(parse_duration(bad));
  }
}

TEST_CASE("a duration as text reads back as the same") {
  for (const std::int64_t value :
       {0, 1, 999, 1000, 1500, 59'000, 60'000, 90'000, 3'600'000, 86'400'000, 86'401'000}) {
    CAPTURE(value);
    CHECK(parse_duration(format_duration(milliseconds(value))) == milliseconds(value));
  }
  CHECK(format_duration(milliseconds(10'000)) == "10s");
  CHECK(format_duration(milliseconds(300'000)) == "5m");
  CHECK(format_duration(milliseconds(7'200'000)) == "2h");
  CHECK(format_duration(milliseconds(1500)) == "1500ms");
}

TEST_CASE("sizes") {
  CHECK(parse_size("512") == 512U);
  CHECK(parse_size("512B") == 512U);
  CHECK(parse_size("64KiB") == 65'536U);
  CHECK(parse_size("64K") == 65'536U);
  CHECK(parse_size("64kB") == 64'000U);
  CHECK(parse_size("8MiB") == 8U << 20U);
  CHECK(parse_size("8MB") == 8'000'000U);
  CHECK(parse_size("1GiB") == 1U << 30U);
  CHECK(parse_size("1GB") == 1'000'000'000U);
  for (const char* bad :
       {"", "KiB", "1.5MiB", "-1", "1 MiB", "1kib", "1TiB", "18446744073709551615KiB"}) {
    CAPTURE(bad);
    CHECK_FALSE(parse_size(bad));
  }
  for (const std::uint64_t value :
       {0ULL, 1ULL, 1023ULL, 1024ULL, 64ULL << 20U, 1ULL << 40U, 1000ULL}) {
    CAPTURE(value);
    CHECK(parse_size(format_size(value)) == value);
  }
  CHECK(format_size(64U << 20U) == "64MiB");
}

TEST_CASE("trim, split and case") {
  CHECK(trim(" \t a b\r\n") == "a b");
  CHECK(trim(" \v\f ").empty());
  CHECK(split("a,b,,c", ',') == std::vector<std::string>{"a", "b", "", "c"});
  CHECK(split("", ',') == std::vector<std::string>{""});
  CHECK(split(",", ',') == std::vector<std::string>{"", ""});
  CHECK(to_lower("ÄbC-Z") == "Äbc-z");
  CHECK(to_upper("aBz[{") == "ABZ[{");
  CHECK(starts_with_ignoring_case("Content-Type: x", "content-TYPE"));
  CHECK(starts_with_ignoring_case("a", ""));
  CHECK_FALSE(starts_with_ignoring_case("con", "content"));
}

TEST_CASE("glob: the whole text must match") {
  CHECK(glob_match("*", ""));
  CHECK(glob_match("public.*", "public.flights"));
  CHECK_FALSE(glob_match("public.*", "xpublic.flights"));
  CHECK(glob_match("*.f?ights", "a.b.flights"));
  CHECK_FALSE(glob_match("?", ""));
  CHECK(glob_match("a*b*c", "aXbXbXc"));
  CHECK_FALSE(glob_match("a*b*c", "aXbXbX"));
  CHECK(glob_match("**a**", "a"));
  CHECK_FALSE(glob_match("", "a"));
  CHECK(glob_match("", ""));
  // exponential for a careless matcher
  CHECK_FALSE(glob_match("a*a*a*a*a*a*a*a*a*a*a*a*b", std::string(5000, 'a')));
}

TEST_CASE("base64: the vectors of RFC 4648, and every byte") {
  CHECK(to_base64("").empty());
  CHECK(to_base64("f") == "Zg==");
  CHECK(to_base64("fo") == "Zm8=");
  CHECK(to_base64("foo") == "Zm9v");
  CHECK(to_base64("foob") == "Zm9vYg==");
  CHECK(to_base64("fooba") == "Zm9vYmE=");
  CHECK(to_base64("foobar") == "Zm9vYmFy");
  CHECK(to_base64("\xFB\xFF\xBF") == "+/+/");
  CHECK(to_base64(std::string("\0\0\xFF", 3)) == "AAD/");
}

TEST_CASE("base64 is read in both alphabets, and refused when it is none") {
  for (const char* text : {"", "f", "fo", "foo", "foob", "fooba", "foobar", "\xFB\xFF\xBF"})
    CHECK(from_base64(to_base64(text)) == std::string(text));
  CHECK(from_base64("-_-_") == from_base64("+/+/"));
  CHECK(from_base64("Zg") == std::string("f"));
  for (const char* text : {"Z", "Zm9v!", "a b=", "\\x00"}) CHECK_FALSE(from_base64(text));
}
