#include "tools/opensky-fetch/request/window.hpp"

#include <doctest/doctest.h>

namespace cdckit::opensky_fetch {

namespace {

constexpr std::int64_t kDay = 86'400;

}  // namespace

TEST_CASE("the usual windows") {
  CHECK(last_hours(10'000).begin == 2'801);
  CHECK(yesterday(3 * kDay + 17).begin == 2 * kDay);
  CHECK(yesterday(3 * kDay + 17).end == 3 * kDay - 1);
}

TEST_CASE("pieces of two hours touch and do not overlap") {
  const auto pieces = cut_by_two_hours({0, 15'000});
  REQUIRE(pieces.size() == 3);
  CHECK(pieces[0].end == 7'199);
  CHECK(pieces[1].begin == 7'200);
  CHECK(pieces[2].end == 15'000);
  CHECK(cut_by_two_hours(last_hours(10'000)).size() == 1);
}

TEST_CASE("pieces of days end at midnight") {
  const auto single = cut_by_days({kDay - 10, 3 * kDay}, 1);
  REQUIRE(single.size() == 4);
  CHECK(single[0].end == kDay - 1);
  CHECK(single[1].begin == kDay);
  CHECK(single[3].begin == 3 * kDay);
  CHECK(single[3].end == 3 * kDay);
  const auto pairs = cut_by_days({kDay - 10, 3 * kDay}, 2);
  REQUIRE(pairs.size() == 2);
  CHECK(pairs[0].end == 2 * kDay - 1);
}

}  // namespace cdckit::opensky_fetch
