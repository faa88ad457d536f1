#include "common/avro/binary.hpp"

#include <limits>
#include <string>

#include <doctest/doctest.h>

using namespace cdckit::avro;

namespace {
std::string bytes_of(std::int64_t value) {
  Buffer out;
  append_long(out, value);
  return std::string(out.view());
}
}  // namespace

TEST_CASE("longs as the specification's table has them") {
  using namespace std::string_literals;
  CHECK(bytes_of(0) == "\0"s);
  CHECK(bytes_of(-1) == "\x01");
  CHECK(bytes_of(1) == "\x02");
  CHECK(bytes_of(-64) == "\x7f");
  CHECK(bytes_of(64) == "\x80\x01");
  CHECK(bytes_of(std::numeric_limits<std::int64_t>::min()).size() == 10);
}

TEST_CASE("longs come back") {
  for (const std::int64_t value : {std::int64_t{0},
                                   std::int64_t{-1},
                                   std::int64_t{1} << 40,
                                   std::int64_t{-123456789012},
                                   std::numeric_limits<std::int64_t>::max(),
                                   std::numeric_limits<std::int64_t>::min()}) {
    const std::string bytes = bytes_of(value);
    ByteReader reader(bytes);
    std::int64_t back = 0;
    CHECK(reader.take_long(back));
    CHECK(back == value);
    CHECK(reader.rest() == 0);
    ByteReader cut(std::string_view(bytes).substr(0, bytes.size() - 1));
    CHECK_FALSE(cut.take_long(back));
  }
}

TEST_CASE("a long of too many bits, an int out of range and a length beyond the end are refused") {
  std::int64_t value = 0;
  CHECK_FALSE(ByteReader(std::string(9, '\xFF') + "\x02").take_long(value));
  CHECK_FALSE(ByteReader(std::string(11, '\x80')).take_long(value));
  std::int32_t small = 0;
  CHECK_FALSE(ByteReader(bytes_of(std::int64_t{1} << 31)).take_int(small));
  std::string_view bytes;
  CHECK_FALSE(ByteReader("\x04x").take_bytes(bytes));
  CHECK_FALSE(ByteReader("\x01x").take_bytes(bytes));  // -1
  CHECK(ByteReader("\x04xy").take_bytes(bytes));
  CHECK(bytes == "xy");
  double wide = 0;
  CHECK_FALSE(ByteReader("1234567").take_float(wide));
}
