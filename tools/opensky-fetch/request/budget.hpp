// How many credits a run may spend, and what pace that means.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace cdckit::opensky_fetch {

struct Budget {
  std::int64_t credits = 0;
  std::chrono::milliseconds period = std::chrono::hours(24);
};

// N, or N/TIME; of a day when no time is said. Throws std::invalid_argument with the reason.
Budget parse_budget(const std::string& text);

// The pause between polls of this cost that spends the budget evenly, rounded up to whole seconds;
// 0 when they cost nothing.
std::chrono::milliseconds even_pause(const Budget& budget, int cost);

// The stretch of time that `now` (Unix seconds) is in; stretches begin at multiples of the period.
std::int64_t begin_of_stretch(const Budget& budget, std::int64_t now);
std::int64_t end_of_stretch(const Budget& budget, std::int64_t now);

}  // namespace cdckit::opensky_fetch
