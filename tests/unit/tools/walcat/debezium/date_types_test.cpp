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

namespace {
std::string with_place(std::uint32_t oid, Place place, const char* mode, const char* text) {
  const auto settings = quirky(with(&DebeziumSettings::time_precision, mode));
  return print({oid, -1, settings, false, place}, text);
}
}  // namespace

TEST_CASE("with quirks dates of a snapshot and of arrays lose era and calendar") {
  const auto element = [](const char* mode, const char* text) {
    return with_place(oid::kDate, Place::element, mode, text);
  };
  CHECK(element("adaptive", "0057-11-23 BC") == "-698382");
  CHECK(element("adaptive", "infinity") == "-622191234");
  CHECK(element("adaptive", "1582-10-10") == "-141422");
  CHECK(element("adaptive", "0001-02-29 BC") == "null");
  CHECK(element("isostring", "1582-10-14") == "\"1582-10-24Z\"");
  CHECK(element("isostring", "-infinity") == "\"+292269055-12-02Z\"");
  CHECK(print({oid::kDate, -1, quirky(), true}, "1582-10-05") == "-141427");
  CHECK(print({oid::kDate, -1, quirky()}, "1582-10-05") == "-141437");
}

TEST_CASE("with quirks timestamps of arrays are Julian before 1582-10-15") {
  const auto element = [](const char* mode, const char* text) {
    return with_place(oid::kTimestamp, Place::element, mode, text);
  };
  CHECK(element("adaptive", "0060-08-09 10:11:12 BC") == "-64010180928000000");
  CHECK(element("connect", "0003-05-06 00:00:00 BC") == "-62219664000000");
  CHECK(element("isostring", "1582-10-04 23:59:59") == "\"1582-10-14T23:59:59Z\"");
  CHECK(element("isostring", "1582-10-15 00:00:00") == "\"1582-10-15T00:00:00Z\"");
  CHECK(element("isostring", "4713-01-02 00:00:00 BC") == "\"-4713-11-25T00:00:00Z\"");
}

TEST_CASE("with quirks a timestamptz of an array loses its era") {
  const auto element = [](const char* text) {
    return with_place(oid::kTimestamptz, Place::element, "adaptive", text);
  };
  CHECK(element("2031-05-06 05:08:09.654321+00") == "\"2031-05-06T05:08:09.654321Z\"");
  CHECK(element("0044-03-15 12:00:00.25+00 BC") == "\"0044-03-15T12:00:00.250000Z\"");
  CHECK(element("1582-10-10 11:12:13+00") == "\"1582-10-20T11:12:13.000000Z\"");
  CHECK(element("infinity") == "\"infinity\"");
  CHECK(element("-infinity") == "\"+292269055-12-02T23:00:00.000000Z\"");
  CHECK(element("0001-02-29 01:02:03+00 BC") == "null");
}

TEST_CASE("with quirks a time beyond int64 wraps around") {
  CHECK(print({oid::kTimestamp, -1, quirky()}, "294247-01-10 04:00:54.775808") ==
        "-9223372036854775808");
  CHECK(print({oid::kTimestamp, -1, quirky()}, "294270-03-04 05:06:07.25") ==
        "-9223372036854525809");
  CHECK(print({oid::kTimestamp, -1, quirky()}, "294247-01-10 04:00:55") == "9223372036854775807");
  CHECK(print({oid::kTimestamp}, "294247-01-10 04:00:55") == "null");
  const auto nanos = with(&DebeziumSettings::time_precision, "nanoseconds");
  CHECK(print({oid::kTimestamp, -1, nanos}, "1677-09-21 00:12:43.145225") ==
        "-9223372036854775000");
  CHECK(print({oid::kTimestamp, -1, quirky(nanos)}, "1677-09-21 00:12:43.145225") == "null");
}

TEST_CASE("with quirks infinite defaults are those of java.time") {
  const auto by_default = [](std::uint32_t oid, const char* mode, const char* text) {
    return with_place(oid, Place::default_value, mode, text);
  };
  CHECK(by_default(oid::kDate, "adaptive", "infinity") == "169560311");
  CHECK(by_default(oid::kDate, "isostring", "-infinity") == "\"-999999999-01-01Z\"");
  CHECK(by_default(oid::kDate, "adaptive", "0044-03-15 BC") == "-735160");
  CHECK(by_default(oid::kTimestamp, "adaptive", "infinity") == "-9223372036853775810");
  CHECK(by_default(oid::kTimestamp, "adaptive", "-infinity") == "-9223372036854775808");
  CHECK(by_default(oid::kTimestamp, "connect", "infinity") == "null");
  CHECK(by_default(oid::kTimestamp, "isostring", "infinity") ==
        "\"+999999999-12-31T23:59:59.999999999Z\"");
  CHECK(by_default(oid::kTimestamptz, "adaptive", "infinity") == "null");
  CHECK(by_default(oid::kDate, "adaptive", "0005-02-29 BC") == "null");
  CHECK(by_default(oid::kTimestamp, "connect", "0005-02-29 00:00:00 BC") == "null");
  CHECK(by_default(oid::kTimestamp, "isostring", "0005-02-29 00:00:00 BC") == "null");
}
