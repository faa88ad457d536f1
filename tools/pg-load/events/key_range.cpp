#include "tools/pg-load/events/key_range.hpp"

#include "tools/pg-load/value/codec.hpp"

#include <algorithm>
#include <limits>

namespace cdckit::pg_load {
namespace {

constexpr std::size_t kFewRows = 1000;  // looked up one by one in no time

bool is_whole_number(Codec codec) noexcept {
  return codec == Codec::int2 || codec == Codec::int4 || codec == Codec::int8;
}

// Of a field `length value` of 2, 4 or 8 bytes.
std::int64_t number_of(std::string_view field) noexcept {
  std::uint64_t bits = 0;
  const std::string_view bytes = field.substr(4);
  for (const char byte : bytes) bits = (bits << 8U) | static_cast<unsigned char>(byte);
  const auto unused = static_cast<unsigned>(64 - 8 * bytes.size());
  return static_cast<std::int64_t>(bits << unused) >> unused;
}

}  // namespace

std::optional<KeyRange> dense_range(const TargetTable& target, const EventFold& set) {
  if (target.key.size() != 1 || !is_whole_number(target.columns[target.key.front()].codec) ||
      set.rows() < kFewRows)
    return std::nullopt;
  KeyRange range{.first = std::numeric_limits<std::int64_t>::max(),
                 .last = std::numeric_limits<std::int64_t>::min()};
  set.for_each([&](const FoldedRow& row) {
    const std::string_view fields = row.fields.substr(row.key_offset);
    const auto size = 4 + static_cast<std::size_t>(read_int32(fields));
    const std::int64_t key = number_of(fields.substr(0, size));
    range.first = std::min(range.first, key);
    range.last = std::max(range.last, key);
  });
  const std::uint64_t width =
      static_cast<std::uint64_t>(range.last) - static_cast<std::uint64_t>(range.first);
  if (width >= 2 * static_cast<std::uint64_t>(set.rows())) return std::nullopt;
  return range;
}

}  // namespace cdckit::pg_load
