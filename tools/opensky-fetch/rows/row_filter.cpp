#include "tools/opensky-fetch/rows/row_filter.hpp"

#include <algorithm>
#include <charconv>

namespace cdckit::opensky_fetch {
namespace {

constexpr std::size_t kLongitude = 5;
constexpr std::size_t kLatitude = 6;

// A state without a position is in no box.
bool is_between(std::string_view value, double low, double high) {
  double number = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
  return error == std::errc() && low <= number && number <= high;
}

}  // namespace

RowFilter::RowFilter(const std::vector<std::string>& addresses, std::optional<Box> box)
    : box_(std::move(box)) {
  for (const std::string& address : addresses) tokens_.push_back('"' + address + '"');
  std::sort(tokens_.begin(), tokens_.end());
}

bool RowFilter::passes(const StateVector& state) const {
  if (!tokens_.empty() && !std::binary_search(tokens_.begin(), tokens_.end(), state[0]))
    return false;
  return !box_ || (is_between(state[kLatitude], box_->south, box_->north) &&
                   is_between(state[kLongitude], box_->west, box_->east));
}

}  // namespace cdckit::opensky_fetch
