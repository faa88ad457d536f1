#include "tools/opensky-fetch/rows/state_cursor.hpp"

#include "common/ndjson/text.hpp"
#include "tools/opensky-fetch/rows/snapshot.hpp"

#include <fmt/format.h>

namespace cdckit::opensky_fetch {
namespace {

constexpr std::size_t kFewestElements = 16;
constexpr std::size_t kSensors = 12;

bool is_nested(std::string_view value) {
  return value.front() == '[' || value.front() == '{';
}

}  // namespace

bool StateCursor::next(RowValues& values) {
  const std::size_t begin = rest_.find_first_not_of(" \t\r\n,");
  if (begin == std::string_view::npos || rest_[begin] == ']') return false;
  if (rest_[begin] != '[') throw Malformed("a state is no array");
  rest_.remove_prefix(begin);
  ndjson::ArrayCursor cursor(rest_);
  const char* end = rest_.data() + 1;  // of the last value
  std::size_t count = 0;
  for (std::string_view value; cursor.next(value); ++count) {
    end = value.data() + value.size();
    if (count >= kMostValues) continue;
    if (is_nested(value) && count != kSensors) {
      throw Malformed(fmt::format("element {} of a state is nested", count));
    }
    values[count] = value;
  }
  if (count < kFewestElements) throw Malformed(fmt::format("a state has {} elements", count));
  if (values[0].size() < 3 || values[0].front() != '"') throw Malformed("a state has no address");
  for (; count < kMostValues; ++count) values[count] = "null";
  rest_.remove_prefix(static_cast<std::size_t>(end - rest_.data()));
  rest_.remove_prefix(rest_.find(']') + 1);
  return true;
}

}  // namespace cdckit::opensky_fetch
