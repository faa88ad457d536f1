#include "tools/opensky-fetch/rows/snapshot.hpp"

#include "common/base/text.hpp"
#include "common/ndjson/text.hpp"
#include "tools/opensky-fetch/rows/time_text.hpp"

#include <algorithm>

namespace cdckit::opensky_fetch {
namespace {

// 0 where there is none: what is wrong with it shows when it is printed.
std::int64_t seconds_of(std::string_view object, std::string_view name) {
  return unix_seconds(ndjson::find_member(object, name)).value_or(0);
}

}  // namespace

Part AnswerReader::read(std::string_view text) {
  switch (endpoint_) {
    case Endpoint::states:
      return read_states(text);
    case Endpoint::flights:
      return read_flights(text);
    case Endpoint::track:
      break;
  }
  return read_track(text);
}

Part AnswerReader::read_states(std::string_view text) {
  if (const char* reason = validator_.check_object(text, true)) throw Malformed(reason);
  std::string_view time;
  std::string_view states;
  ndjson::ObjectCursor cursor(text);
  for (ndjson::Member member; cursor.next(member);) {
    if (member.name == "time") time = member.value;
    if (member.name == "states") states = member.value;
  }
  const auto seconds = base::parse_signed(time);
  if (!seconds || *seconds < 0 || *seconds >= TimeText::kEnd) {
    throw Malformed("there is no \"time\" in Unix seconds");
  }
  if (states == "null") return {*seconds, {}};
  if (states.empty() || states.front() != '[') throw Malformed("there is no array \"states\"");
  return {*seconds, states};
}

Part AnswerReader::read_flights(std::string_view text) {
  if (const char* reason = validator_.check_value(text, true)) throw Malformed(reason);
  text = base::trim(text);
  if (text == "null") return {};
  if (text.front() != '[') throw Malformed("it is no array of flights");
  Part part{0, text};
  ndjson::ArrayCursor cursor(text);
  for (std::string_view flight; cursor.next(flight);) {
    if (flight.front() != '{') throw Malformed("a flight is no object");
    part.time = std::max(part.time, seconds_of(flight, "lastSeen"));
  }
  return part;
}

Part AnswerReader::read_track(std::string_view text) {
  if (const char* reason = validator_.check_value(text, true)) throw Malformed(reason);
  text = base::trim(text);
  if (text == "null") return {};
  if (text.front() != '{') throw Malformed("it is no track");
  const std::string_view path = ndjson::find_member(text, "path");
  if (path.empty() || (path != "null" && path.front() != '['))
    throw Malformed("there is no array \"path\"");
  return {seconds_of(text, "endTime"), text};
}

}  // namespace cdckit::opensky_fetch
