#include "tests/unit/tools/walcat/debezium/print.hpp"

#include <doctest/doctest.h>

using namespace cdckit::walcat;

using namespace walcat_test;

namespace {
std::string in_mode(std::uint32_t oid, std::int32_t modifier, const char* mode, const char* text) {
  return print({oid, modifier, with(&DebeziumSettings::time_precision, mode)}, text);
}
}  // namespace

TEST_CASE("times of day by precision and mode") {
  CHECK(print({oid::kTime}, "13:14:15.123456") == "47655123456");
  CHECK(print({oid::kTime, 6}, "24:00:00") == "86400000000");
  CHECK(print({oid::kTime, 3}, "13:14:15.124") == "47655124");
  CHECK(in_mode(oid::kTime, 3, "adaptive_time_microseconds", "13:14:15.124") == "47655124000");
  CHECK(in_mode(oid::kTime, -1, "connect", "13:14:15.123956") == "47655123");
  CHECK(in_mode(oid::kTime, 0, "microseconds", "13:14:16") == "47656000000");
  CHECK(in_mode(oid::kTime, -1, "nanoseconds", "13:14:15.123456") == "47655123456000");
  CHECK(in_mode(oid::kTime, -1, "isostring", "13:14:15.500000") == "\"13:14:15.5Z\"");
}

TEST_CASE("with quirks an array's times are those of java.sql.Time") {
  const auto element = [](const char* mode, std::int32_t modifier, const char* text) {
    const auto settings = quirky(with(&DebeziumSettings::time_precision, mode));
    return print({oid::kTime, modifier, settings, false, Place::element}, text);
  };
  CHECK(element("adaptive", -1, "07:08:09.123789") == "25689123000");
  CHECK(element("adaptive", -1, "24:00:00") == "0");
  CHECK(element("adaptive", 3, "21:22:23.456") == "76943456");
  CHECK(element("nanoseconds", -1, "00:00:00.000999") == "0");
  CHECK(element("isostring", -1, "21:22:23.456789") == "\"21:22:23.456Z\"");
  CHECK(print({oid::kTime, -1, {}, false, Place::element}, "24:00:00") == "86400000000");
}

TEST_CASE("with quirks the end of the day has no text, and no default reaches it") {
  const auto iso = with(&DebeziumSettings::time_precision, "isostring");
  CHECK(print({oid::kTime, -1, iso}, "24:00:00") == "\"24:00:00Z\"");
  CHECK(print({oid::kTime, -1, quirky(iso)}, "24:00:00") == "\"00:00:00Z\"");
  CHECK(print({oid::kTime, -1, quirky()}, "24:00:00") == "86400000000");
  const auto by_default = [](const DebeziumSettings& settings, std::int32_t modifier) {
    return print({oid::kTime, modifier, quirky(settings), false, Place::default_value}, "24:00:00");
  };
  CHECK(by_default({}, -1) == "86399999999");
  CHECK(by_default({}, 3) == "86399999");
  CHECK(by_default(iso, -1) == "\"23:59:59.999999999Z\"");
}

TEST_CASE("timetz moves to UTC") {
  CHECK(print({oid::kTimetz}, "13:14:15.5+02") == "\"11:14:15.5Z\"");
  CHECK(print({oid::kTimetz}, "01:00:00+05:30") == "\"19:30:00Z\"");
  CHECK(print({oid::kTimetz}, "24:00:00+00") == "\"24:00:00Z\"");
  CHECK(print({oid::kTimetz}, "00:00:00+00:00:30") == "\"23:59:30Z\"");
  CHECK(print({oid::kTimetz, -1, quirky()}, "00:00:00+00:00:30") == "null");
}

TEST_CASE("intervals as microseconds and as text") {
  const char* all = "1 year 2 mons 3 days 04:05:06.789";
  CHECK(print({oid::kInterval}, all) == "37091106789000");
  CHECK(print({oid::kInterval, -1, quirky()}, all) == "37091106789000");
  CHECK(print({oid::kInterval}, "178000000 years") == "null");
  CHECK(print({oid::kInterval, -1, quirky()}, "178000000 years") == "9223372036854775807");
  const auto text = with(&DebeziumSettings::interval_handling, "string");
  CHECK(print({oid::kInterval, -1, text}, all) == "\"P1Y2M3DT4H5M6.789S\"");
  CHECK(print({oid::kInterval, -1, text}, "00:00:00") == "\"P0Y0M0DT0H0M0S\"");
  CHECK(print({oid::kInterval, -1, text}, "-04:05:06.7") == "\"P0Y0M0DT-4H-5M-6.7S\"");
}
