#include "tools/cdc-check/values/small_range.hpp"

#include <random>
#include <string>
#include <vector>

#include <doctest/doctest.h>

using namespace cdckit::cdc_check;
using Place = SmallRange::Place;

namespace {

SmallRange range_of(const char* least, const char* most) {
  const auto lower = parse_decimal(least);
  const auto upper = parse_decimal(most);
  return {lower ? &*lower : nullptr, upper ? &*upper : nullptr};
}

}  // namespace

TEST_CASE("where short numbers lie") {
  struct Case {
    const char* least;
    const char* most;
    const char* token;
    Place place;
  };
  const Case cases[]{
      {"0", "10", "0", Place::inside},
      {"0", "10", "-0", Place::inside},
      {"0", "10", "-0.0", Place::inside},
      {"0", "10", "-0.1", Place::below},
      {"0", "10", "10", Place::inside},
      {"0", "10", "10.0000", Place::inside},
      {"0", "10", "10.0001", Place::above},
      {"0.25", "0.5", "0.25", Place::inside},
      {"0.25", "0.5", "0.2499999", Place::below},
      {"0.25", "0.5", "0.50000000001", Place::above},
      {"0.25", "0.5", "0", Place::below},
      {"-0.5", "", "-0.500", Place::inside},
      {"-0.5", "", "-0.501", Place::below},
      {"", "1.50", "1.5", Place::inside},
      {"", "1.50", "1.501", Place::above},
      {"1e3", "2E3", "1500", Place::inside},
      {"0", "10", "1e0", Place::unknown},
      {"0", "10", "1234567890123456789", Place::unknown},
      {"0.000001", "10", "1234567890123", Place::unknown},
      {"0.0000001", "10", "1", Place::unknown},
      {"0", "1e30", "1", Place::unknown},
      {"0", "10", "\"1\"", Place::unknown},
      {"0", "10", "true", Place::unknown},
      {"0", "10", "null", Place::unknown},
      {"0", "10", "[1]", Place::unknown},
      {"0", "10", "{}", Place::unknown},
      {"0", "10", "\"\"", Place::unknown},
  };
  for (const Case& one : cases) {
    CAPTURE(one.least);
    CAPTURE(one.most);
    CHECK_MESSAGE(range_of(one.least, one.most).place_of(one.token) == one.place, one.token);
  }
  CHECK(SmallRange().place_of("1") == Place::unknown);
}

TEST_CASE("it agrees with the decimals") {
  std::mt19937 random(11);
  const std::vector<const char*> bounds{
      "-100.5", "-3", "-0.125", "0", "0.000001", "0.1", "2.50", "7", "99.99", "1000000"};
  int known = 0;
  for (int i = 0; i < 40'000; ++i) {
    const Decimal least = *parse_decimal(bounds[random() % bounds.size()]);
    const Decimal most = *parse_decimal(bounds[random() % bounds.size()]);
    std::string token = random() % 3 == 0 ? "-" : "";
    token += std::to_string(random() % (random() % 2 == 0 ? 4 : 2'000'000));
    if (random() % 2 == 0)
      token += "." + std::to_string(random() % (random() % 2 == 0 ? 9 : 90'000'000));
    const auto value = parse_decimal(token);
    const Place wanted = compare(*value, least) < 0  ? Place::below
                         : compare(*value, most) > 0 ? Place::above
                                                     : Place::inside;
    const Place place = SmallRange(&least, &most).place_of(token);
    if (place == Place::unknown) continue;
    ++known;
    CHECK_MESSAGE(place == wanted, token);
  }
  CHECK(known > 30'000);
}
