#include "common/event/marks.hpp"

#include "common/base/text.hpp"

#include <algorithm>

namespace cdckit::event {

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
      latest_ = std::max(latest_, row.timestamp);
      break;
    case Origin::plain:
      plain_ = row.position;
      break;
  }
}

bool Marks::reach(const Marks& other) const noexcept {
  if (stream_ < other.stream_) return false;
  if (other.snapshot_ && (!snapshot_ || *snapshot_ < *other.snapshot_)) return false;
  if (other.offset_ && (!offset_ || *offset_ < *other.offset_)) return false;
  const bool same_run = plain_ && other.plain_ && plain_->lsn == other.plain_->lsn;
  return !same_run || *plain_ >= *other.plain_;
}

bool Marks::contradict(const RowPosition& row) const noexcept {
  return row.origin == Origin::offset && latest_ > 0 && row.timestamp > latest_ && cover(row);
}

std::string Marks::token() const {
  std::string out;
  const bool only_others = stream_ == Position{} && !snapshot_ && (offset_ || plain_);
  if (!only_others) append_position(out, stream_);
  if (snapshot_) {
    out += '~';
    append_position(out, *snapshot_);
  }
  if (offset_) {
    out += '@';
    base::append_hex16(out, *offset_);
    if (latest_ > 0) {
      out += '%';
      base::append_hex16(out, latest_);
    }
  }
  if (plain_) {
    out += '#';
    append_position(out, *plain_);
  }
  return out;
}

std::optional<Marks> Marks::parse(std::string_view token) {
  constexpr std::string_view kSigns = "~@%#";
  Marks marks;
  std::size_t at = 0;
  while (at < token.size()) {
    const std::size_t end = std::min(token.find_first_of(kSigns, at + 1), token.size());
    const bool has_sign = kSigns.find(token[at]) != std::string_view::npos;
    const char sign = has_sign ? token[at] : '=';
    if (!has_sign && at > 0) return std::nullopt;
    const std::string_view part =
        token.substr(at + (has_sign ? 1 : 0), end - at - (has_sign ? 1 : 0));
    const bool is_number = sign == '@' || sign == '%';
    const auto number = is_number ? base::parse_hex(part) : std::nullopt;
    const auto position = is_number ? std::nullopt : parse_position(part);
    if (!number && !position) return std::nullopt;
    if (sign == '@') marks.offset_ = number;
    if (sign == '%') marks.latest_ = *number;
    if (sign == '=') marks.stream_ = *position;
    if (sign == '~') marks.snapshot_ = position;
    if (sign == '#') marks.plain_ = position;
    at = end;
  }
  return marks;
}

}  // namespace cdckit::event
