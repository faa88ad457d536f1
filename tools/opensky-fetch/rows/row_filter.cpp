#include "tools/opensky-fetch/rows/row_filter.hpp"

#include <algorithm>
#include <charconv>
#include <optional>

namespace cdckit::opensky_fetch {
namespace {

constexpr std::size_t kLongitude = 5;
constexpr std::size_t kLatitude = 6;

std::optional<double> number(std::string_view value) {
  double number = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
  if (error != std::errc()) return std::nullopt;
  return number;
}

}  // namespace

RowFilter::RowFilter(const std::vector<std::string>& addresses, std::vector<Box> boxes)
    : boxes_(std::move(boxes)) {
  for (const std::string& address : addresses) tokens_.push_back('"' + address + '"');
  std::sort(tokens_.begin(), tokens_.end());
}

bool RowFilter::passes(const RowValues& values) const {
  if (!tokens_.empty() && !std::binary_search(tokens_.begin(), tokens_.end(), values[0]))
    return false;
  return boxes_.empty() || is_inside(values);
}

// An aircraft without a position is in no box.
bool RowFilter::is_inside(const RowValues& values) const {
  const auto latitude = number(values[kLatitude]);
  const auto longitude = number(values[kLongitude]);
  if (!latitude || !longitude) return false;
  return std::any_of(boxes_.begin(), boxes_.end(), [&](const Box& box) {
    return box.south <= *latitude && *latitude <= box.north && box.west <= *longitude &&
           *longitude <= box.east;
  });
}

}  // namespace cdckit::opensky_fetch
