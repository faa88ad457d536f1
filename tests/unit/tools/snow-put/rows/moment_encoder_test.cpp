#include "tools/snow-put/rows/moment_encoder.hpp"

#include <doctest/doctest.h>

using namespace cdckit;

namespace {

std::string encoded(const char* type, const std::string& text) {
  std::string out;
  const std::string token = "\"" + text + "\"";
  const char* reason = snow_put::append_moment(out, snow::parse_column_type(type), token);
  return reason == nullptr ? out.substr(1, out.size() - 2) : std::string("bad");
}

}  // namespace

TEST_CASE("digits behind the second that the column would cut off") {
  CHECK(encoded("TIMESTAMP_NTZ(6)", "2026-03-01T20:57:01.123456") == "2026-03-01T20:57:01.123456");
  CHECK(encoded("TIMESTAMP_NTZ(6)", "2026-03-01T20:57:01.1234567") == "bad");
  CHECK(encoded("TIMESTAMP_NTZ(3)", "2026-03-01 20:57:01.123000") == "2026-03-01 20:57:01.123000");
  CHECK(encoded("TIMESTAMP_NTZ(0)", "2026-03-01 20:57:01.5") == "bad");
  CHECK(encoded("TIMESTAMP_TZ(3)", "2026-03-01 20:57:01.1234+02") == "bad");
  CHECK(encoded("TIME(3)", "20:57:01.1234") == "bad");
  CHECK(encoded("TIME", "20:57:01.123456") == "20:57:01.123456");
}

TEST_CASE("offsets: dropped by nobody, made up by no session") {
  CHECK(encoded("TIMESTAMP_TZ", "2026-03-01T20:57:01+02:00") == "2026-03-01T20:57:01+02:00");
  CHECK(encoded("TIMESTAMP_TZ", "2026-03-01T20:57:01Z") == "2026-03-01T20:57:01Z");
  CHECK(encoded("TIMESTAMP_TZ", "2026-03-01 20:57:01.5 -07") == "2026-03-01 20:57:01.5 -07");
  CHECK(encoded("TIMESTAMP_LTZ", "2026-03-01 20:57:01") == "2026-03-01 20:57:01Z");
  CHECK(encoded("TIMESTAMP_TZ", "2026-03-01") == "2026-03-01T00:00:00Z");
  CHECK(encoded("TIMESTAMP_NTZ", "2026-03-01T20:57:01+02:00") == "bad");
  CHECK(encoded("TIMESTAMP_NTZ", "2026-03-01T20:57:01+00:00") == "2026-03-01T20:57:01+00:00");
  CHECK(encoded("TIMESTAMP_NTZ", "2026-03-01") == "2026-03-01");
  CHECK(encoded("TIME", "12:00:00+02") == "bad");
}

TEST_CASE("a date is a day, and its year has four digits") {
  CHECK(encoded("DATE", "2026-02-28") == "2026-02-28");
  CHECK(encoded("DATE", "2026-02-28T00:00:00.000") == "2026-02-28T00:00:00.000");
  CHECK(encoded("DATE", "2026-02-28 10:00:00") == "bad");
  CHECK(encoded("DATE", "99-02-28") == "bad");
  CHECK(encoded("DATE", "10000-01-01") == "bad");
  CHECK(encoded("TIMESTAMP_NTZ", "0044-03-15 00:00:00 BC") == "bad");
  CHECK(encoded("DATE", "") == "bad");
  CHECK(encoded("TIME", "") == "bad");
  CHECK(encoded("TIME", "noon") == "bad");
}
