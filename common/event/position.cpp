#include "common/event/position.hpp"

#include "common/base/text.hpp"

#include <fmt/format.h>

namespace cdckit::event {

void append_position(std::string& out, const Position& position) {
  base::append_hex16(out, position.lsn);
  out += '/';
  base::append_hex16(out, position.ordinal);
}

std::string to_text(const Position& position) {
  std::string out;
  append_position(out, position);
  return out;
}

std::optional<Position> parse_position(std::string_view text) {
  if (text.size() != kPositionLength || text[16] != '/') return std::nullopt;
  const auto lsn = base::parse_hex(text.substr(0, 16));
  const auto ordinal = base::parse_hex(text.substr(17));
  if (!lsn || !ordinal) return std::nullopt;
  return Position{*lsn, *ordinal};
}

std::optional<std::uint64_t> parse_lsn(std::string_view text) {
  const auto slash = text.find('/');
  if (slash == std::string_view::npos)
    return text.size() == 16 ? base::parse_hex(text) : std::nullopt;
  const auto high = base::parse_hex(text.substr(0, slash));
  const auto low = base::parse_hex(text.substr(slash + 1));
  // longer halves are the two of a position, never those of an LSN
  if (slash > 8 || text.size() - slash - 1 > 8) return std::nullopt;
  if (!high || !low || *high > 0xFFFFFFFFU || *low > 0xFFFFFFFFU) return std::nullopt;
  return *high << 32U | *low;
}

std::string lsn_text(std::uint64_t lsn) {
  return fmt::format("{:X}/{:X}", lsn >> 32U, lsn & 0xFFFFFFFFU);
}

}  // namespace cdckit::event
