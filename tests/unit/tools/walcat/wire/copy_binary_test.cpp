#include "tools/walcat/wire/copy_binary.hpp"

#include "common/base/error.hpp"
#include "tests/unit/tools/walcat/support.hpp"

#include <doctest/doctest.h>

using namespace cdckit;
using namespace cdckit::walcat;
using walcat_test::number;

namespace {

const std::string kHeader = std::string("PGCOPY\n\377\r\n\0", 11) + number(0) + number(0);
const std::string kTrailer = number<std::int16_t>(-1);

std::string field(const std::string& bytes) {
  return number(static_cast<std::uint32_t>(bytes.size())) + bytes;
}
const std::string kNull = number<std::int32_t>(-1);

std::string row(const std::string& fields, std::int16_t width) {
  return number(width) + fields;
}

}  // namespace

TEST_CASE("rows of COPY become the values of a text stream") {
  CopyBinaryReader reader({pg::BinaryForm::int4, pg::BinaryForm::text, pg::BinaryForm::numeric});
  const std::string groups = number<std::int16_t>(1) + number<std::int16_t>(0) +
                             number<std::int16_t>(0) + number<std::int16_t>(1) +
                             number<std::int16_t>(7);
  // values point into what was taken
  const std::string first = kHeader + row(field(number(42)) + field("a\tb") + field(groups), 3);
  REQUIRE(reader.take(first));
  CHECK(reader.values()[0].bytes == "42");
  CHECK(reader.values()[1].bytes == "a\tb");
  CHECK(reader.values()[2].bytes == "7.0");
  const std::string second = row(field(number(-7)) + kNull + kNull, 3);
  REQUIRE(reader.take(second));
  CHECK(reader.values()[0].bytes == "-7");
  CHECK(reader.values()[1].kind == 'n');
  CHECK(reader.values()[2].kind == 'n');
  CHECK_FALSE(reader.take(kTrailer));
  CHECK_THROWS_AS(reader.take(kTrailer), base::Error);
}

TEST_CASE("a table without rows") {
  CopyBinaryReader together({pg::BinaryForm::int4});
  CHECK_FALSE(together.take(kHeader + kTrailer));
  CopyBinaryReader apart({pg::BinaryForm::int4});
  CHECK_FALSE(apart.take(kHeader));
  CHECK_FALSE(apart.take(kTrailer));
}

TEST_CASE("a header extension is passed over") {
  CopyBinaryReader reader({pg::BinaryForm::boolean});
  const std::string header =
      std::string("PGCOPY\n\377\r\n\0", 11) + number(1) + number(3) + std::string("abc");
  const std::string taken = header + row(field(std::string(1, '\1')), 1);
  REQUIRE(reader.take(taken));
  CHECK(reader.values()[0].bytes == "t");
}

TEST_CASE("anything else is refused") {
  const auto refused = [](const std::string& bytes) {
    CopyBinaryReader reader({pg::BinaryForm::int4});
    CHECK_THROWS_AS(reader.take(bytes), base::Error);
  };
  refused("");
  refused("PGCOPY");
  refused(std::string("PGCOPY\n\377\r\n\0", 11) + number(0x10000) + number(0));
  refused(std::string("PGCOPY\n\377\r\n\0", 11) + number(0) + number(5));
  refused(kHeader + row(field(number(1)), 2));
  refused(kHeader + row(field(number(1)) + "x", 1));
  refused(kHeader + row(number(100) + "x", 1));
  refused(kHeader + number<std::int16_t>(-2));
  refused(kHeader + kTrailer + "x");
}
