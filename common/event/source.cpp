#include "common/event/source.hpp"

namespace cdckit::event {
namespace {

struct Wanted {
  std::string_view name;
  std::string_view Source::* value;
  bool is_string;
};

constexpr Wanted kMembers[] = {{"schema", &Source::schema, true},
                               {"table", &Source::table, true},
                               {"snapshot", &Source::snapshot, true},
                               {"ts_us", &Source::ts_us, false}};

void take(const Wanted& wanted, const ndjson::Member& member, Source& out) noexcept {
  std::string_view value = member.value;
  if (wanted.is_string) {
    const bool quoted = value.size() >= 2 && value.front() == '"';
    value = quoted ? value.substr(1, value.size() - 2) : std::string_view{};
  }
  out.*(wanted.value) = value;
}

}  // namespace

Source read_source(const ndjson::Object& source) {
  Source out;
  ndjson::ObjectCursor cursor(source);
  ndjson::Member member;
  while (cursor.next(member)) {
    for (const Wanted& wanted : kMembers) {
      if (member.name == wanted.name) take(wanted, member, out);
    }
  }
  return out;
}

Source SourceReader::read(const Event& event) {
  Source out;
  if (read_known(event.source_members, out)) return out;
  learn(event.source_members);
  return read_source({event.source, event.source_members});
}

bool SourceReader::read_known(ndjson::FoundMembers members, Source& out) const noexcept {
  for (std::size_t i = 0; i < kWanted; ++i) {
    if (places_[i] >= members.size()) return false;
    const ndjson::FoundMember& member = members[places_[i]];
    if (member.name != kMembers[i].name) return false;
    take(kMembers[i], member, out);
  }
  return true;
}

void SourceReader::learn(ndjson::FoundMembers members) {
  static_assert(std::size(kMembers) == kWanted);
  for (std::size_t place = 0; place < members.size(); place += 1 + members[place].inside) {
    for (std::size_t i = 0; i < kWanted; ++i) {
      if (members[place].name == kMembers[i].name) places_[i] = place;
    }
  }
}

}  // namespace cdckit::event
