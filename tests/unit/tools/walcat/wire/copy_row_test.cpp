#include "tools/walcat/wire/copy_row.hpp"

#include <doctest/doctest.h>

using cdckit::walcat::CopyRow;

TEST_CASE("a row of COPY text comes apart") {
  CopyRow row;
  const auto& values = row.parse("1\t\\N\t\ta\\tb\\\\c\\n\\x\t\\\\N\n");
  REQUIRE(values.size() == 5);
  CHECK(values[0].bytes == "1");
  CHECK(values[1].kind == 'n');
  CHECK(values[2].kind == 't');
  CHECK(values[2].bytes.empty());
  CHECK(values[3].bytes == "a\tb\\c\nx");
  CHECK(values[4].kind == 't');
  CHECK(values[4].bytes == "\\N");
}

TEST_CASE("views stay valid while a row has many escapes") {
  CopyRow row;
  std::string line;
  for (int i = 0; i < 100; ++i) line += "a\\tb\t";
  line += "end\n";
  const auto& values = row.parse(line);
  REQUIRE(values.size() == 101);
  for (int i = 0; i < 100; ++i) CHECK(values[static_cast<std::size_t>(i)].bytes == "a\tb");
  CHECK(row.parse("x\n").size() == 1);
}
