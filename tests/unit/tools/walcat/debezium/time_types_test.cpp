#include "tests/unit/tools/walcat/debezium/print.hpp"

#include <doctest/doctest.h>

using namespace cdckit::walcat;

using namespace walcat_test;

namespace {
std::string in_mode(std::uint32_t oid, std::int32_t modifier, const char* mode, const char* text) {
  return print({oid, modifier, with(&DebeziumSettings::time_precision, mode)}, text);
}
}  // namespace

TEST_CASE("dates") {
  CHECK(print({oid::kDate}, "2024-02-29") == "19782");
  CHECK(print({oid::kDate}, "0044-03-15 BC") == "-735160");
  CHECK(print({oid::kDate}, "infinity") == "2147483647");
  CHECK(print({oid::kDate}, "-infinity") == "-2147483648");
  CHECK(in_mode(oid::kDate, -1, "isostring", "2024-02-29") == "\"2024-02-29Z\"");
  CHECK(in_mode(oid::kDate, -1, "isostring", "infinity") == "\"infinity\"");
}

TEST_CASE("dates with quirks depend on where they are read") {
  CHECK(print({oid::kDate, -1, quirky()}, "infinity") == "2146033979");
  CHECK(print({oid::kDate, -1, quirky()}, "-infinity") == "-2147472691");
  CHECK(print({oid::kDate, -1, quirky(), true}, "infinity") == "-622191234");
  CHECK(print({oid::kDate, -1, quirky(), true}, "0044-03-15 BC") == "-703383");
}

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

TEST_CASE("timestamps by precision and mode") {
  CHECK(print({oid::kTimestamp}, "2024-02-29 13:14:15.123456") == "1709212455123456");
  CHECK(print({oid::kTimestamp, 3}, "2024-02-29 13:14:15.5") == "1709212455500");
  CHECK(in_mode(oid::kTimestamp, -1, "connect", "1969-12-31 23:59:59.9995") == "-1");
  CHECK(in_mode(oid::kTimestamp, 0, "microseconds", "1970-01-01 00:00:01") == "1000000");
  CHECK(in_mode(oid::kTimestamp, -1, "nanoseconds", "1970-01-01 00:00:00.000001") == "1000");
  CHECK(in_mode(oid::kTimestamp, -1, "isostring", "2024-02-29 13:14:15.5") ==
        "\"2024-02-29T13:14:15.5Z\"");
  CHECK(in_mode(oid::kTimestamp, -1, "isostring", "0044-03-15 12:00:00 BC") ==
        "\"-0043-03-15T12:00:00Z\"");
}

TEST_CASE("timestamps at the ends") {
  CHECK(print({oid::kTimestamp}, "infinity") == "9223372036854775807");
  CHECK(print({oid::kTimestamp, 3}, "-infinity") == "-9223372036854775808");
  CHECK(print({oid::kTimestamp, 3, quirky()}, "infinity") == "9223372036825200000");
  CHECK(print({oid::kTimestamp}, "294276-12-31 23:59:59.999999") == "null");
  CHECK(print({oid::kTimestamp, 3}, "294276-12-31 23:59:59.999") == "9224318015999999");
  CHECK(in_mode(oid::kTimestamp, -1, "nanoseconds", "2263-01-01 00:00:00") == "null");
  CHECK(in_mode(oid::kTimestamp, -1, "isostring", "-infinity") == "\"-infinity\"");
}

TEST_CASE("timestamptz has as many digits as its type") {
  CHECK(print({oid::kTimestamptz}, "2024-02-29 13:14:15.5+00") ==
        "\"2024-02-29T13:14:15.500000Z\"");
  CHECK(print({oid::kTimestamptz, 3}, "2024-02-29 13:14:15.5+00") ==
        "\"2024-02-29T13:14:15.500Z\"");
  CHECK(print({oid::kTimestamptz, 0}, "2024-02-29 13:14:16+00") == "\"2024-02-29T13:14:16Z\"");
  CHECK(print({oid::kTimestamptz}, "0044-03-15 12:00:00+00 BC") ==
        "\"-0043-03-15T12:00:00.000000Z\"");
  CHECK(print({oid::kTimestamptz}, "12024-03-15 12:00:00+00") ==
        "\"+12024-03-15T12:00:00.000000Z\"");
  CHECK(print({oid::kTimestamptz}, "infinity") == "\"infinity\"");
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
