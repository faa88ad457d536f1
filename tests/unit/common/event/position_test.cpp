#include "common/event/position.hpp"

#include <algorithm>
#include <limits>
#include <random>
#include <vector>

#include <doctest/doctest.h>

using namespace cdckit::event;

TEST_CASE("as text and back") {
  CHECK(to_text({0x16B3748, 2}) == "00000000016B3748/0000000000000002");
  CHECK(parse_position("00000000016B3748/0000000000000002") == Position{0x16B3748, 2});
  const Position largest{std::numeric_limits<std::uint64_t>::max(),
                         std::numeric_limits<std::uint64_t>::max()};
  CHECK(to_text(largest).size() == kPositionLength);
  CHECK(parse_position(to_text(largest)) == largest);
  std::string out = "x";
  append_position(out, {});
  CHECK(out == "x0000000000000000/0000000000000000");
}

TEST_CASE("positions sort as text like their numbers") {
  std::mt19937_64 random(5);
  std::vector<Position> positions;
  for (int i = 0; i < 2000; ++i)
    positions.push_back({random() >> (random() % 64), random() >> (random() % 64)});
  std::sort(positions.begin(), positions.end());
  for (std::size_t i = 1; i < positions.size(); ++i) {
    CHECK((to_text(positions[i - 1]) < to_text(positions[i])) == (positions[i - 1] < positions[i]));
  }
}

TEST_CASE("what is no position") {
  for (const char* bad : {"",
                          "0/1",
                          "00000000016B3748",
                          "00000000016B3748-0000000000000002",
                          "00000000016B3748/000000000000000",
                          "00000000016B3748/00000000000000002",
                          "0000000001 B3748/0000000000000002",
                          "+000000001 B3748/0000000000000002",
                          "000000000x6B3748/0000000000000002",
                          "00000000016B3748/0000000000000002 "}) {
    CAPTURE(bad);
    CHECK_FALSE(parse_position(bad));
  }
}

TEST_CASE("LSNs in both spellings") {
  CHECK(parse_lsn("0/16B3748") == 0x16B3748U);
  CHECK(parse_lsn("16/B374D848") == 0x16B374D848U);
  CHECK(parse_lsn("FFFFFFFF/FFFFFFFF") == std::numeric_limits<std::uint64_t>::max());
  CHECK(parse_lsn("00000000016B3748") == 0x16B3748U);
  CHECK(lsn_text(0x16B374D848U) == "16/B374D848");
  CHECK(lsn_text(0) == "0/0");
  CHECK(parse_lsn(lsn_text(0xABCDEF0123456789U)) == 0xABCDEF0123456789U);
  for (const char* bad : {"",
                          "/",
                          "0/",
                          "/0",
                          "0",
                          "16B3748",
                          "00000000016B3748/7",
                          "100000000/0",
                          "0/100000000",
                          "0/0/0",
                          "x/0",
                          "0/-1",
                          " 0/0"}) {
    CAPTURE(bad);
    CHECK_FALSE(parse_lsn(bad));
  }
}
