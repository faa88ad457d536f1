#include "tools/opensky-fetch/request/budget.hpp"

#include "common/base/text.hpp"

#include <stdexcept>

#include <fmt/format.h>

namespace cdckit::opensky_fetch {
namespace {

constexpr std::int64_t kMostCredits = 1'000'000'000;

std::int64_t seconds_of(const Budget& budget) {
  return std::chrono::duration_cast<std::chrono::seconds>(budget.period).count();
}

}  // namespace

Budget parse_budget(const std::string& text) {
  const std::size_t slash = text.find('/');
  const auto credits = base::parse_signed(text.substr(0, slash));
  Budget budget;
  if (slash != std::string::npos) {
    const auto period = base::parse_duration(text.substr(slash + 1));
    budget.period = period.value_or(std::chrono::milliseconds(0));
  }
  if (!credits || *credits <= 0 || *credits > kMostCredits ||
      budget.period < std::chrono::seconds(1)) {
    throw std::invalid_argument(
        fmt::format("\"{}\" is no number of credits such as 400 or 14400/1h", text));
  }
  budget.credits = *credits;
  return budget;
}

std::chrono::milliseconds even_pause(const Budget& budget, int cost) {
  const std::int64_t all = seconds_of(budget) * cost;
  return std::chrono::seconds((all + budget.credits - 1) / budget.credits);
}

std::int64_t begin_of_stretch(const Budget& budget, std::int64_t now) {
  return now - now % seconds_of(budget);
}

std::int64_t end_of_stretch(const Budget& budget, std::int64_t now) {
  return begin_of_stretch(budget, now) + seconds_of(budget);
}

}  // namespace cdckit::opensky_fetch
