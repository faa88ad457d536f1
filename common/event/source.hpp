// An event's `source`: the members that tools ask for. Slices of the line.
#pragma once

#include "common/event/event.hpp"

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
  bool read_known(ndjson::FoundMembers members, Source& out) const noexcept;
  void learn(ndjson::FoundMembers members) noexcept;

  // where they stood
  std::size_t schema_ = 0;
  std::size_t table_ = 0;
  std::size_t snapshot_ = 0;
  std::size_t ts_us_ = 0;
  std::size_t last_place_ = 0;
};

}  // namespace cdckit::event
