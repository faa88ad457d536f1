// The zero of PostgreSQL's dates and times, 2000-01-01, counted from 1970-01-01.
#pragma once

#include <cstdint>

namespace cdckit::pg {

inline constexpr std::int64_t kEpochDays = 10'957;
inline constexpr std::int64_t kDayMicroseconds = 86'400'000'000;
inline constexpr std::int64_t kEpochMicroseconds = kEpochDays * kDayMicroseconds;

}  // namespace cdckit::pg
