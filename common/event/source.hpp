// An event's `source`: the members that tools ask for. Slices of the line.
#pragma once

#include "common/event/event.hpp"

#include <array>
#include <cstddef>

namespace cdckit::event {

// Empty: absent. Strings raw and without quotes.
struct Source {
  std::string_view schema;
  std::string_view table;
  std::string_view snapshot;
  std::string_view ts_us;  // a number
};
Source read_source(const ndjson::Object& source);

// The same for one event after the other: the members mostly stand where they stood before.
class SourceReader {
 public:
  Source read(const Event& event);

 private:
  static constexpr std::size_t kWanted = 4;
  bool read_known(ndjson::FoundMembers members, Source& out) const noexcept;
  void learn(ndjson::FoundMembers members);

  std::array<std::size_t, kWanted> places_{};
};

}  // namespace cdckit::event
