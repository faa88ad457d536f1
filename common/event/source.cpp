#include "common/event/source.hpp"

#include <algorithm>

namespace cdckit::event {

Source read_source(const ndjson::Object& source) {
  Source out;
  ndjson::ObjectCursor cursor(source);
  ndjson::Member member;
  while (cursor.next(member)) {
    if (is_named(member, "schema")) out.schema = text_of(member);
    if (is_named(member, "table")) out.table = text_of(member);
    if (is_named(member, "snapshot")) out.snapshot = text_of(member);
    if (is_named(member, "ts_us")) out.ts_us = member.value;
  }
  return out;
}

Source SourceReader::read(const Event& event) {
  const ndjson::FoundMembers members = event.source_members;
  if (!stand_there(members)) {
    learn(members);
    return read_source({event.source, members});
  }
  return {text_of(members[schema_]),
          text_of(members[table_]),
          text_of(members[snapshot_]),
          members[ts_us_].value};
}

void SourceReader::learn(ndjson::FoundMembers members) noexcept {
  for (std::size_t place = 0; place < members.size(); place += 1 + members[place].inside) {
    const ndjson::Member& member = members[place];
    if (is_named(member, "schema")) schema_ = place;
    if (is_named(member, "table")) table_ = place;
    if (is_named(member, "snapshot")) snapshot_ = place;
    if (is_named(member, "ts_us")) ts_us_ = place;
  }
  last_place_ = std::max({schema_, table_, snapshot_, ts_us_});
}

}  // namespace cdckit::event
