#include "tools/walcat/snapshot/ranges.hpp"

#include <doctest/doctest.h>

using namespace cdckit::walcat;

TEST_CASE("small tables and single jobs read a table whole") {
  for (const auto& [blocks, jobs] :
       {std::pair<std::uint64_t, std::size_t>{0, 8}, {2047, 8}, {1'000'000, 1}, {0, 1}}) {
    const auto ranges = cut({.blocks = blocks}, jobs);
    REQUIRE(ranges.size() == 1);
    CHECK(ranges[0].first == 0);
    CHECK_FALSE(ranges[0].last);
  }
}

TEST_CASE("parts follow each other without gap or overlap, the last one is open") {
  for (const std::uint64_t blocks : {2048ULL, 2049ULL, 20'000ULL, 1'000'003ULL, 4'294'967'295ULL}) {
    for (const std::size_t jobs : {2U, 3U, 64U}) {
      const auto ranges = cut({.blocks = blocks}, jobs);
      CHECK(ranges.size() >= 2);
      CHECK(ranges.front().first == 0);
      for (std::size_t i = 0; i + 1 < ranges.size(); ++i) {
        REQUIRE(ranges[i].last);
        CHECK(*ranges[i].last == ranges[i + 1].first);
        CHECK(ranges[i].first < *ranges[i].last);
      }
      CHECK(ranges.back().first < blocks);
      CHECK_FALSE(ranges.back().last);
    }
  }
}

TEST_CASE("each job has several parts to take") {
  CHECK(cut({.blocks = 100'000}, 4).size() >= 32);
}
