// Identity and order of a change: commit LSN / ordinal inside the transaction, as text
// `00000000016B3748/0000000000000002`, which sorts like the numbers. Never a row's own LSN: those
// go backwards across interleaved transactions.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace cdckit::event {

struct Position {
  std::uint64_t lsn = 0;
  std::uint64_t ordinal = 0;

  auto operator<=>(const Position&) const = default;
};

inline constexpr std::size_t kPositionLength = 33;

void append_position(std::string& out, const Position& position);
std::string to_text(const Position& position);
std::optional<Position> parse_position(std::string_view text);

// PostgreSQL's own notation `0/16B3748`, or 16 hex digits as in `ckpt` lines.
std::optional<std::uint64_t> parse_lsn(std::string_view text);
// `0/16B3748`
std::string lsn_text(std::uint64_t lsn);

}  // namespace cdckit::event
