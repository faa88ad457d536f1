#include "tools/snow-put/offset_token.hpp"

#include "common/base/text.hpp"

#include <algorithm>

namespace cdckit::snow_put {

bool Marks::cover(const RowPosition& row) const noexcept {
  switch (row.origin) {
    case Origin::stream:
      return row.position <= stream_;
    case Origin::snapshot:
      return snapshot_ && row.position <= *snapshot_;
    case Origin::offset:
      return offset_ && row.position.ordinal <= *offset_;
    case Origin::plain:
      return false;  // a run's row numbers say nothing about another run's
  }
  return false;
}

void Marks::advance(const RowPosition& row) noexcept {
  switch (row.origin) {
    case Origin::stream:
      stream_ = row.position;
      break;
    case Origin::snapshot:
      snapshot_ = row.position;
      break;
    case Origin::offset:
      offset_ = row.position.ordinal;
      break;
    case Origin::plain:
      plain_ = row.position;
      break;
  }
}

std::string Marks::token() const {
  std::string out;
  const bool only_others = stream_ == event::Position{} && !snapshot_ && (offset_ || plain_);
  if (!only_others) event::append_position(out, stream_);
  if (snapshot_) {
    out += '~';
    event::append_position(out, *snapshot_);
  }
  if (offset_) {
    out += '@';
    base::append_hex16(out, *offset_);
  }
  if (plain_) {
    out += '#';
    event::append_position(out, *plain_);
  }
  return out;
}

std::optional<Marks> Marks::parse(std::string_view token) {
  Marks marks;
  std::size_t at = 0;
  while (at < token.size()) {
    const std::size_t end = std::min(token.find_first_of("~@#", at + 1), token.size());
    const bool has_sign = token[at] == '~' || token[at] == '@' || token[at] == '#';
    const char sign = has_sign ? token[at] : '=';
    if (!has_sign && at > 0) return std::nullopt;
    const std::string_view part =
        token.substr(at + (has_sign ? 1 : 0), end - at - (has_sign ? 1 : 0));
    const auto position = event::parse_position(part);
    if (sign == '@') marks.offset_ = base::parse_hex(part);
    if (sign == '@' ? !marks.offset_ : !position) return std::nullopt;
    if (sign == '=') marks.stream_ = *position;
    if (sign == '~') marks.snapshot_ = position;
    if (sign == '#') marks.plain_ = position;
    at = end;
  }
  return marks;
}

}  // namespace cdckit::snow_put
