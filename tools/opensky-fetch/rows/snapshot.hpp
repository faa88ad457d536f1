// An answer of the service as slices of its own text, and the answers that make one snapshot.
#pragma once

#include "common/ndjson/validator.hpp"
#include "tools/opensky-fetch/request/endpoint.hpp"

#include <cstdint>
#include <functional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace cdckit::opensky_fetch {

// The text is not what the service promises. What to do about it is the feed's business: a live
// answer may be better next time, a recording will not.
class Malformed : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// What a snapshot's answers hold: of states the array in them, of flights the array, of a track the
// object. Empty: nothing.
struct Part {
  std::int64_t time = 0;  // Unix seconds; flights and tracks do not say it: their newest instant
  std::string_view content;
};

struct Snapshot {
  std::int64_t time = 0;
  std::vector<std::string_view> parts;
};

// Takes one snapshot and dies with it; false when it is not newer than the last one, so that
// nothing was printed. Throws Malformed with nothing printed.
using Deliver = std::function<bool(const Snapshot& snapshot)>;

class AnswerReader {
 public:
  explicit AnswerReader(Endpoint endpoint) noexcept : endpoint_(endpoint) {}
  // `text` must have ndjson::kPadding readable bytes behind it. Throws Malformed.
  Part read(std::string_view text);

 private:
  Part read_states(std::string_view text);
  Part read_flights(std::string_view text);
  Part read_track(std::string_view text);

  Endpoint endpoint_;
  ndjson::Validator validator_;
};

}  // namespace cdckit::opensky_fetch
