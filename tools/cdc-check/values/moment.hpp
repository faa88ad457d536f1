// Points in time out of everything that events write: PostgreSQL's texts (with or without a zone,
// BC, infinity, years beyond 9999), RFC 3339, and Debezium's numbers. Without a zone it is UTC.
// Pure, throws nothing.
#pragma once

#include "tools/cdc-check/values/decimal.hpp"

#include <cstdint>
#include <optional>
#include <string_view>

namespace cdckit::cdc_check {

__extension__ using Nanoseconds = __int128;  // since 1970-01-01T00:00:00Z

inline constexpr Nanoseconds kSecond = 1'000'000'000;
inline constexpr Nanoseconds kDay = 86'400 * kSecond;
// What `infinity` and `-infinity` mean: beyond every date that can be written.
inline constexpr Nanoseconds kForever = Nanoseconds{1} << 110U;

// What a number of a column counts. `guess`: by its size, which fits times between 1976 and 2100.
enum class Unit : std::uint8_t { guess, days, seconds, milliseconds, microseconds, nanoseconds };

std::optional<Unit> parse_unit(std::string_view word) noexcept;
// A date or a timestamp.
std::optional<Nanoseconds> parse_moment(std::string_view text) noexcept;
// 20:57:01.123 with or without a zone: nanoseconds of the day in UTC.
std::optional<Nanoseconds> parse_time_of_day(std::string_view text) noexcept;
std::optional<Nanoseconds> moment_of(const Decimal& number, Unit unit) noexcept;

}  // namespace cdckit::cdc_check
