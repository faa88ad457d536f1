#include "tools/snow-ddl/scripts/blocks.hpp"

#include <string>
#include <vector>

#include <doctest/doctest.h>

namespace cdckit::snow_ddl {

namespace {

// Whether a semicolon behind these words would end the statement.
bool open_behind(const std::vector<std::string>& words) {
  Blocks blocks;
  for (std::size_t i = 0; i < words.size(); ++i)
    blocks.see(words[i], i == 0 ? "" : words[i - 1], i + 1 < words.size() ? words[i + 1] : ";");
  return blocks.open();
}

}  // namespace

TEST_CASE("what opens a block, and what only looks like it") {
  CHECK(open_behind({"BEGIN", "LET"}));
  CHECK_FALSE(open_behind({"BEGIN"}));
  CHECK(open_behind({"DECLARE", "X", "INT"}));
  CHECK(open_behind({"CREATE", "TASK", "T", "AS", "BEGIN", "SELECT"}));
  CHECK(open_behind({"CREATE", "ALERT", "A", "IF", "(", "EXISTS", ")", "THEN", "BEGIN", "CALL"}));
  CHECK_FALSE(open_behind({"CREATE", "VIEW", "V", "AS", "SELECT", "1", "AS", "BEGIN", "WHERE"}));
  CHECK_FALSE(open_behind({"CREATE", "TASK", "T", "AS", "SELECT", "1", "AS", "BEGIN", "WHERE"}));
  CHECK_FALSE(open_behind({"BEGIN", "SELECT", "1", ";", "END"}));
  CHECK(open_behind({"BEGIN", "SELECT", "T", ".", "END", ",", "END", "FROM", "T"}));
}

}  // namespace cdckit::snow_ddl
