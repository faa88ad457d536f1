// One answer of /states/all, {"time":..,"states":[[..],..] or null}, as slices of its own text.
#pragma once

#include "common/ndjson/validator.hpp"

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

namespace cdckit::opensky_fetch {

// The text is not what the service promises. What to do about it is the feed's business: a live
// answer may be better next time, a recording will not.
class Malformed : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

struct Snapshot {
  std::int64_t time = 0;    // Unix seconds
  std::string_view states;  // raw JSON array; empty for null: nothing is in the air
};

class SnapshotReader {
 public:
  // `text` must have ndjson::kPadding readable bytes behind it. Throws Malformed.
  Snapshot read(std::string_view text);

 private:
  ndjson::Validator validator_;
};

}  // namespace cdckit::opensky_fetch
