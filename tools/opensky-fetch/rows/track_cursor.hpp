// The waypoints of a track: an object with a path of arrays by position.
#pragma once

#include "common/ndjson/text.hpp"
#include "tools/opensky-fetch/rows/fields.hpp"

#include <string_view>

namespace cdckit::opensky_fetch {

// Walks the waypoints of a track (a valid JSON object with a `path` that is an array or null).
class TrackCursor {
 public:
  // Throws Malformed when the track has no address. An empty text has no waypoints.
  explicit TrackCursor(std::string_view track);
  // Throws Malformed when the next waypoint is no array of six plain values or more.
  bool next(RowValues& values);

 private:
  RowValues head_{};  // what all waypoints share
  ndjson::ArrayCursor path_;
};

}  // namespace cdckit::opensky_fetch
