#include "tools/opensky-fetch/rows/snapshot.hpp"

#include "common/base/text.hpp"
#include "common/ndjson/text.hpp"
#include "tools/opensky-fetch/rows/time_text.hpp"

namespace cdckit::opensky_fetch {

Snapshot SnapshotReader::read(std::string_view text) {
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

}  // namespace cdckit::opensky_fetch
