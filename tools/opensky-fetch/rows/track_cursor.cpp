#include "tools/opensky-fetch/rows/track_cursor.hpp"

#include "tools/opensky-fetch/rows/snapshot.hpp"

#include <fmt/format.h>

namespace cdckit::opensky_fetch {
namespace {

constexpr std::size_t kShared = 4;
constexpr std::size_t kElements = 6;

std::string_view path_of(std::string_view track) {
  const std::string_view path = ndjson::find_member(track, "path");
  return path.empty() || path == "null" ? "[]" : path;
}

void take(std::string_view& into, std::string_view value) {
  if (value.front() == '[' || value.front() == '{') throw Malformed("a track is nested too deeply");
  into = value;
}

}  // namespace

TrackCursor::TrackCursor(std::string_view track) : path_(track.empty() ? "[]" : path_of(track)) {
  head_.fill("null");
  if (track.empty()) return;
  ndjson::ObjectCursor cursor(track);
  for (ndjson::Member member; cursor.next(member);) {
    if (member.name == "icao24") take(head_[0], member.value);
    // the service's own documentation writes it with three l
    if (member.name == "callsign" || member.name == "calllsign") take(head_[1], member.value);
    if (member.name == "startTime") take(head_[2], member.value);
    if (member.name == "endTime") take(head_[3], member.value);
  }
  if (head_[0].size() < 3 || head_[0].front() != '"') throw Malformed("a track has no address");
}

bool TrackCursor::next(RowValues& values) {
  std::string_view point;
  if (!path_.next(point)) return false;
  if (point.front() != '[') throw Malformed("a waypoint is no array");
  values = head_;
  ndjson::ArrayCursor cursor(point);
  std::size_t count = 0;
  for (std::string_view value; cursor.next(value); ++count) {
    if (count < kElements) take(values[kShared + count], value);
  }
  if (count < kElements) throw Malformed(fmt::format("a waypoint has {} elements", count));
  return true;
}

}  // namespace cdckit::opensky_fetch
