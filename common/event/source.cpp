#include "common/event/source.hpp"

#include <algorithm>
#include <cstring>

namespace cdckit::event {
namespace {

using ndjson::FoundMembers;
using ndjson::Member;

// By length and bytes known beforehand: no call.
template <std::size_t Size>
bool named(const Member& member, const char (&name)[Size]) noexcept {
  return member.name.size() == Size - 1 && std::memcmp(member.name.data(), name, Size - 1) == 0;
}

std::string_view text_of(const Member& member) noexcept {
  const std::string_view value = member.value;
  return value.size() >= 2 && value.front() == '"' ? value.substr(1, value.size() - 2)
                                                   : std::string_view{};
}

}  // namespace

Source read_source(const ndjson::Object& source) {
  Source out;
  ndjson::ObjectCursor cursor(source);
  Member member;
  while (cursor.next(member)) {
    if (named(member, "schema")) out.schema = text_of(member);
    if (named(member, "table")) out.table = text_of(member);
    if (named(member, "snapshot")) out.snapshot = text_of(member);
    if (named(member, "ts_us")) out.ts_us = member.value;
  }
  return out;
}

Source SourceReader::read(const Event& event) {
  Source out;
  if (read_known(event.source_members, out)) return out;
  learn(event.source_members);
  return read_source({event.source, event.source_members});
}

bool SourceReader::read_known(FoundMembers members, Source& out) const noexcept {
  if (members.size() <= last_place_) return false;
  const Member& schema = members[schema_];
  const Member& table = members[table_];
  const Member& snapshot = members[snapshot_];
  const Member& ts_us = members[ts_us_];
  if (!named(schema, "schema") || !named(table, "table") || !named(snapshot, "snapshot") ||
      !named(ts_us, "ts_us"))
    return false;
  out = {text_of(schema), text_of(table), text_of(snapshot), ts_us.value};
  return true;
}

void SourceReader::learn(FoundMembers members) noexcept {
  for (std::size_t place = 0; place < members.size(); place += 1 + members[place].inside) {
    const Member& member = members[place];
    if (named(member, "schema")) schema_ = place;
    if (named(member, "table")) table_ = place;
    if (named(member, "snapshot")) snapshot_ = place;
    if (named(member, "ts_us")) ts_us_ = place;
  }
  last_place_ = std::max({schema_, table_, snapshot_, ts_us_});
}

}  // namespace cdckit::event
