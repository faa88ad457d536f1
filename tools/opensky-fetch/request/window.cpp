#include "tools/opensky-fetch/request/window.hpp"

#include <algorithm>

namespace cdckit::opensky_fetch {
namespace {

constexpr std::int64_t kDay = 86'400;
constexpr std::int64_t kTwoHours = 7'200;

std::int64_t midnight_before(std::int64_t time) {
  return time - time % kDay;
}

}  // namespace

Window last_hours(std::int64_t now) {
  return {now - kTwoHours + 1, now};
}

Window yesterday(std::int64_t now) {
  const std::int64_t today = midnight_before(now);
  return {today - kDay, today - 1};
}

std::vector<Window> cut_by_two_hours(Window window) {
  std::vector<Window> pieces;
  for (std::int64_t begin = window.begin; begin <= window.end; begin += kTwoHours) {
    pieces.push_back({begin, std::min(begin + kTwoHours - 1, window.end)});
  }
  return pieces;
}

std::vector<Window> cut_by_days(Window window, std::int64_t days) {
  std::vector<Window> pieces;
  for (std::int64_t begin = window.begin; begin <= window.end;) {
    const std::int64_t next = midnight_before(begin) + days * kDay;
    pieces.push_back({begin, std::min(next - 1, window.end)});
    begin = next;
  }
  return pieces;
}

}  // namespace cdckit::opensky_fetch
