#include "common/avro/json_value.hpp"

#include <cmath>

#include <doctest/doctest.h>

using namespace cdckit::avro;
using namespace std::string_literals;

TEST_CASE("whole numbers, however they are spelled") {
  CHECK(whole_of("-12") == -12);
  CHECK(whole_of("9223372036854775807") == INT64_MAX);
  CHECK(whole_of("1.0") == 1);
  CHECK(whole_of("1e3") == 1000);
  CHECK_FALSE(whole_of("9223372036854775808"));
  CHECK_FALSE(whole_of("1.5"));
  CHECK_FALSE(whole_of("1e30"));
  CHECK_FALSE(whole_of("\"1\""));
  CHECK_FALSE(whole_of("\"1e3\""));
  CHECK_FALSE(whole_of("true"));
}

TEST_CASE("floats, and Debezium's words for those that JSON cannot say") {
  CHECK(double_of("1.0E10") == 1e10);
  CHECK(double_of("-0.1") == -0.1);
  CHECK(std::isnan(*double_of("\"NaN\"")));
  CHECK(*double_of("\"-Infinity\"") == -INFINITY);
  CHECK(double_of("1e-400") == 0.0);
  CHECK_FALSE(double_of("1e400"));
  CHECK_FALSE(double_of("\"1\""));
  CHECK_FALSE(double_of("null"));
  CHECK(float_of("1.6777216E7") == 16777216.0F);
  CHECK_FALSE(float_of("1e39"));
  CHECK(*float_of("1.4E-45") > 0);
}

TEST_CASE("UUIDs and durations as bytes") {
  std::string out;
  CHECK(append_uuid_bytes(out, "00112233-4455-6677-8899-aAbBcCdDeEfF"));
  CHECK(out == "\x00\x11\x22\x33\x44\x55\x66\x77\x88\x99\xAA\xBB\xCC\xDD\xEE\xFF"s);
  out.clear();
  CHECK_FALSE(append_uuid_bytes(out, "00112233-4455-6677-8899-aabbccddeef"));
  CHECK_FALSE(append_uuid_bytes(out, "00112233+4455-6677-8899-aabbccddeeff"));
  CHECK_FALSE(append_uuid_bytes(out, "0011223g-4455-6677-8899-aabbccddeeff"));
  CHECK(out.empty());
  CHECK(append_duration_bytes(out, "P14M3DT4.005S"));
  CHECK(out == "\x0E\0\0\0\x03\0\0\0\xA5\x0F\0\0"s);
  out.clear();
  for (const char* text :
       {"", "P1M", "P1M2DT3S", "PM2DT3.000S", "P1M2DT3.000", "P1M2DT4294968.000S"})
    CHECK_FALSE(append_duration_bytes(out, text));
  CHECK(out.empty());
}
