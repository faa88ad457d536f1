#include "tools/opensky-fetch/request/cost.hpp"

namespace cdckit::opensky_fetch {
namespace {

constexpr std::int64_t kDay = 86'400;
constexpr int kCostOfToday = 4;
constexpr int kCostOfTwoDays = 30;

int factor_of(std::int64_t days) {
  if (days <= 10) return 60;
  if (days <= 15) return 120;
  if (days <= 20) return 240;
  if (days <= 25) return 480;
  return 960;
}

}  // namespace

int cost_of_area(double square_degrees) {
  if (square_degrees < 25) return 1;
  if (square_degrees < 100) return 2;
  if (square_degrees < 400) return 3;
  return kCostOfTheWorld;
}

int cost_of_days(std::int64_t begin, std::int64_t end, std::int64_t now) {
  if (begin > now - kDay) return kCostOfToday;
  const std::int64_t days = end / kDay - begin / kDay + 1;
  if (days <= 2) return kCostOfTwoDays;
  return factor_of(days) * static_cast<int>(days);
}

}  // namespace cdckit::opensky_fetch
