#include "common/base/clock.hpp"

#include <set>

#include <doctest/doctest.h>

using namespace cdckit::base;

TEST_CASE("format_utc") {
  CHECK(format_utc(0) == "1970-01-01T00:00:00.000000Z");
  CHECK(format_utc(1'772'398'621'123'456) == "2026-03-01T20:57:01.123456Z");
  CHECK(format_utc(-1) == "1969-12-31T23:59:59.999999Z");
  CHECK(format_utc(951'782'400'000'000) == "2000-02-29T00:00:00.000000Z");
}

TEST_CASE("parse_time reads what format_utc writes") {
  for (const std::int64_t value : {std::int64_t{0},
                                   std::int64_t{-1},
                                   std::int64_t{1},
                                   std::int64_t{951'782'400'000'001},
                                   std::int64_t{-62'000'000'000'000'000},
                                   std::int64_t{253'402'300'799'999'999}}) {
    CAPTURE(value);
    CHECK(parse_time(format_utc(value)) == value);
  }
}

TEST_CASE("parse_time: zones, fractions, a space, @unix") {
  CHECK(parse_time("1970-01-01T01:00:00+01:00") == 0);
  CHECK(parse_time("1970-01-01T01:00:00+0100") == 0);
  CHECK(parse_time("1970-01-01T01:00:00+01") == 0);
  CHECK(parse_time("1969-12-31 18:30:00-05:30") == 0);
  CHECK(parse_time("1970-01-01T00:00:00.5Z") == 500'000);
  CHECK(parse_time("1970-01-01T00:00:00.1234569Z") == 123'456);
  CHECK(parse_time("1970-01-01T24:00:00Z") == 86'400'000'000);
  CHECK(parse_time("1970-01-01T00:00:60Z") == 60'000'000);
  CHECK(parse_time("@0") == 0);
  CHECK(parse_time("@-5") == -5'000'000);
  CHECK(parse_time("@1500000000") == 1'500'000'000'000'000);
}

TEST_CASE("parse_time refuses everything else") {
  for (const char* bad : {"",
                          "@",
                          "@1.5",
                          "@9223372036854775807",
                          "@-9223372036854775808",
                          "@253402300800",
                          "now",
                          "1970-01-01",
                          "1970-01-01T00:00:00",
                          "1970-01-01T00:00Z",
                          "1970-1-01T00:00:00Z",
                          "1970-02-29T00:00:00Z",
                          "1970-13-01T00:00:00Z",
                          "1970-00-01T00:00:00Z",
                          "1970-01-00T00:00:00Z",
                          "1970-01-01T25:00:00Z",
                          "1970-01-01T24:00:01Z",
                          "1970-01-01T24:00:00.1Z",
                          "1970-01-01T00:60:00Z",
                          "1970-01-01T00:00:61Z",
                          "1970-01-01T00:00:00.Z",
                          "1970-01-01T00:00:00z",
                          "1970-01-01T00:00:00Z ",
                          "1970-01-01T00:00:00+",
                          "1970-01-01T00:00:00+1",
                          "1970-01-01T00:00:00+01:",
                          "1970-01-01T00:00:00+24:00",
                          "1970-01-01T00:00:00+01:60",
                          "-970-01-01T00:00:00Z",
                          "1970-01-01X00:00:00Z",
                          "+970-01-01T00:00:00Z"}) {
    CAPTURE(bad);
    CHECK_FALSE(parse_time(bad));
  }
}

TEST_CASE("the clocks agree") {
  const auto micros = unix_microseconds();
  CHECK(unix_nanoseconds() / 1000 - micros < 5'000'000);
  CHECK(unix_milliseconds() - micros / 1000 < 5'000);
  CHECK(unix_milliseconds() >= micros / 1000);
  CHECK(micros > 1'700'000'000'000'000);
}

TEST_CASE("random names") {
  std::set<std::string> seen;
  for (int i = 0; i < 200; ++i) {
    const std::string id = random_id();
    CHECK(id.size() == 16);
    CHECK(id.find_first_not_of("0123456789abcdef") == std::string::npos);
    const std::string uuid = random_uuid();
    REQUIRE(uuid.size() == 36);
    CHECK(uuid[14] == '4');
    CHECK(std::string("89ab").find(uuid[19]) != std::string::npos);
    for (const std::size_t dash : {8U, 13U, 18U, 23U}) CHECK(uuid[dash] == '-');
    CHECK(seen.insert(id).second);
    CHECK(seen.insert(uuid).second);
  }
}
