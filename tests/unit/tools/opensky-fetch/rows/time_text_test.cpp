#include "tools/opensky-fetch/rows/time_text.hpp"

#include <doctest/doctest.h>

namespace cdckit::opensky_fetch {
namespace {

std::string printed(TimeFormat format, std::string_view token) {
  TimeText text(format);
  std::string out;
  CHECK(text.append(out, token));
  return out;
}

}  // namespace

TEST_CASE("Unix seconds become ISO text in UTC") {
  CHECK(printed(TimeFormat::iso, "0") == "\"1970-01-01T00:00:00Z\"");
  CHECK(printed(TimeFormat::iso, "1533114061") == "\"2018-08-01T09:01:01Z\"");
  CHECK(printed(TimeFormat::iso, "951782399") == "\"2000-02-28T23:59:59Z\"");
  CHECK(printed(TimeFormat::iso, "951782400") == "\"2000-02-29T00:00:00Z\"");
  CHECK(printed(TimeFormat::iso, "253402300799") == "\"9999-12-31T23:59:59Z\"");
  CHECK(printed(TimeFormat::iso, "1533114061.250") == "\"2018-08-01T09:01:01.250Z\"");
}

TEST_CASE("the day is found anew when it changes, back too") {
  TimeText text(TimeFormat::iso);
  std::string out;
  for (const std::int64_t seconds : {86'399, 86'400, 86'399}) {
    text.append_iso(out, seconds);
    out += ' ';
  }
  CHECK(out == "1970-01-01T23:59:59 1970-01-02T00:00:00 1970-01-01T23:59:59 ");
}

TEST_CASE("the unix format keeps the digits") {
  CHECK(printed(TimeFormat::unix, "1533114061") == "1533114061");
  CHECK(printed(TimeFormat::unix, "1533114061.5") == "1533114061.5");
}

TEST_CASE("an exponent is written out, as a server in Java prints a double") {
  CHECK(printed(TimeFormat::iso, "1.533114061E9") == "\"2018-08-01T09:01:01Z\"");
  CHECK(printed(TimeFormat::unix, "1.533114061e9") == "1533114061");
  CHECK(unix_seconds("1.533114061E9") == 1'533'114'061);
  for (const char* token : {"", "null", "\"1\"", "-1", "1e99"}) {
    CAPTURE(token);
    CHECK_FALSE(unix_seconds(token).has_value());
  }
}

TEST_CASE("a fraction of nothing is not printed") {
  CHECK(printed(TimeFormat::iso, "1533114061.0") == "\"2018-08-01T09:01:01Z\"");
  CHECK(printed(TimeFormat::iso, "1533114061.50") == "\"2018-08-01T09:01:01.50Z\"");
}

TEST_CASE("null stays null") {
  CHECK(printed(TimeFormat::iso, "null") == "null");
}

TEST_CASE("what is no instant is refused and leaves nothing behind") {
  for (const char* token : {"-1",
                            "1e99",
                            "\"1\"",
                            "true",
                            "253402300800",
                            "1.",
                            "99999999999999999999",
                            "-1.5e3",
                            "1e"}) {
    CAPTURE(token);
    TimeText text(TimeFormat::iso);
    std::string out;
    CHECK_FALSE(text.append(out, token));
    CHECK(out.empty());
  }
}

TEST_CASE("iso_text is the position of a snapshot") {
  CHECK(iso_text(1533114000) == "2018-08-01T09:00:00Z");
}

}  // namespace cdckit::opensky_fetch
