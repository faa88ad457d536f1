#include "common/event/source.hpp"

namespace cdckit::event {
namespace {

// `place`: where it stood, and stands from now on. One without a value: it is not there.
template <std::size_t Size>
const ndjson::Member& find(ndjson::FoundMembers members,
                           std::size_t& place,
                           const char (&name)[Size]) noexcept {
  static constexpr ndjson::Member kNone{};
  if (place < members.size() && is_named(members[place], name)) return members[place];
  const ndjson::Member* found = &kNone;
  for (std::size_t i = 0; i < members.size(); i += 1 + members[i].inside) {
    if (!is_named(members[i], name)) continue;
    place = i;
    found = &members[i];
  }
  return *found;
}

}  // namespace

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

Source SourceReader::read(const Event& event) noexcept {
  const ndjson::FoundMembers members = event.source_members;
  if (members.empty()) return read_source({event.source, members});
  return {text_of(find(members, schema_, "schema")),
          text_of(find(members, table_, "table")),
          text_of(find(members, snapshot_, "snapshot")),
          find(members, ts_us_, "ts_us").value};
}

}  // namespace cdckit::event
