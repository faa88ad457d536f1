#include "common/debezium/number.hpp"

#include "common/base/text.hpp"

#include <doctest/doctest.h>

using namespace cdckit;
using namespace cdckit::debezium;

namespace {

std::string decimal(const char* base64, std::int64_t scale) {
  std::string out;
  return append_decimal(out, *base::from_base64(base64), scale) ? out : "refused";
}

std::string bits(const char* base64, std::size_t length) {
  std::string out;
  return append_bits(out, *base::from_base64(base64), length) ? out : "refused";
}

}  // namespace

TEST_CASE("decimals of any size") {
  CHECK(decimal("EtaA", 2) == "12345.60");
  CHECK(decimal("Kg==", 0) == "42");
  CHECK(decimal("AA==", 0) == "0");
  CHECK(decimal("AA==", 3) == "0.000");
  CHECK(decimal("/w==", 2) == "-0.01");
  CHECK(decimal("gA==", 0) == "-128");
  CHECK(decimal("AQ==", -3) == "1000");
  CHECK(decimal("AA==", -3) == "0");
  CHECK(decimal("AP8=", 0) == "255");
  // 2^127 - 1 and -2^127
  CHECK(decimal("f////////////////////w==", 5) == "1701411834604692317316873037158841.05727");
  CHECK(decimal("gAAAAAAAAAAAAAAAAAAAAA==", 0) == "-170141183460469231731687303715884105728");
  CHECK(decimal("", 0) == "refused");
  CHECK(decimal("AQ==", 20000) == "refused");
}

TEST_CASE("bits come lowest byte first") {
  CHECK(bits("Ew==", 5) == "10011");
  CHECK(bits("MQ==", 12) == "000000110001");
  CHECK(bits("AQI=", 10) == "1000000001");
  CHECK(bits("FQ==", 0) == "10101");
  CHECK(bits("", 4) == "0000");
  CHECK(bits("/w==", 7) == "refused");
}
