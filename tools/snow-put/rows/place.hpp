// Where an event or row belongs and which position it has, read off its line. Pure; slices of it.
#pragma once

#include "common/event/event.hpp"
#include "common/event/marks.hpp"
#include "common/event/source.hpp"

#include <cstdint>
#include <string_view>

namespace cdckit::snow_put {

// As raw text of the line, without quotes.
struct Origins {
  std::string_view schema;
  std::string_view table;
  std::string_view topic;  // empty: not from Kafka
  std::string_view partition;
  std::string_view key;  // raw JSON; empty: none
};

struct Placed {
  Origins origins;
  event::RowPosition position;
  std::int64_t ts_us = 0;        // commit at the source; 0: unknown
  const char* reason = nullptr;  // why it has no place
};

class Placer {
 public:
  Placed place(const event::Event& event);
  // A plain row: its offset is its position when it came from Kafka, else it has none (plain).
  static Placed place_row(const event::Event& row);

 private:
  event::SourceReader sources_;
};

}  // namespace cdckit::snow_put
