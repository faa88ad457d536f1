// An event's `source`: the members that tools ask for. Slices of the line.
#pragma once

#include "common/event/event.hpp"

#include <cstddef>
#include <cstring>
#include <string>

namespace cdckit::event {

// Empty: absent. Strings raw and without quotes.
struct Source {
  std::string_view schema;
  std::string_view table;
  std::string_view snapshot;
  std::string_view ts_us;  // a number
};
Source read_source(const ndjson::Object& source);

// By length and bytes known beforehand: no call.
template <std::size_t Size>
bool is_named(const ndjson::Member& member, const char (&name)[Size]) noexcept {
  return member.name.size() == Size - 1 && std::memcmp(member.name.data(), name, Size - 1) == 0;
}

// What stands between the quotes of a string; empty when it is none.
inline std::string_view text_of(const ndjson::Member& member) noexcept {
  const std::string_view value = member.value;
  return value.size() >= 2 && value.front() == '"' ? value.substr(1, value.size() - 2)
                                                   : std::string_view{};
}

// The same for one event after the other: the members mostly stand where they stood before, and
// some are never there.
class SourceReader {
 public:
  Source read(const Event& event) noexcept;
  // Whether the event is one of this table. False also when that cannot be seen at once.
  [[nodiscard]] bool is_of(const Event& event,
                           const std::string& schema,
                           const std::string& table) const noexcept {
    const ndjson::FoundMembers members = event.source_members;
    return table_ < members.size() && schema_ < members.size() &&
           is_named(members[table_], "table") && is_text(members[table_], table) &&
           is_named(members[schema_], "schema") && is_text(members[schema_], schema);
  }

 private:
  static bool is_text(const ndjson::Member& member, const std::string& text) noexcept {
    return member.value.size() == text.size() + 2 && member.value.front() == '"' &&
           std::memcmp(member.value.data() + 1, text.data(), text.size()) == 0;
  }

  // where they stood
  std::size_t schema_ = 0;
  std::size_t table_ = 0;
  std::size_t snapshot_ = 0;
  std::size_t ts_us_ = 0;
};

}  // namespace cdckit::event
