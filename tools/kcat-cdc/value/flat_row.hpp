// A change event as its row alone, as Debezium's transform ExtractNewRecordState (`unwrap`) leaves
// it with add.fields=op,table,source.ts_ms and deletes rewritten: the columns of `after`, of a
// delete those of `before` (else its key), then __op __table __source_ts_ms __deleted. Pure.
#pragma once

#include "common/event/event.hpp"

#include <string>
#include <string_view>

namespace cdckit::kcat_cdc {

// Finds members of `source`, which mostly stand where they stood before.
class SourceFields {
 public:
  // The raw value; empty when the event has none.
  std::string_view table(const event::Event& event) { return find(event, "table", table_); }
  std::string_view ts_ms(const event::Event& event) { return find(event, "ts_ms", ts_ms_); }

 private:
  static std::string_view find(const event::Event& event,
                               std::string_view name,
                               std::size_t& place);

  std::size_t table_ = 0;
  std::size_t ts_ms_ = 0;
};

class FlatRow {
 public:
  // Whether the event is a row at all: truncates and logical messages are none.
  static bool is_row(const event::Event& event) noexcept {
    return event.op != 't' && event.op != 'm';
  }
  // Null and the row appended, else why it cannot be (static text) and `out` as it was.
  const char* append(std::string& out, const event::Event& event);

 private:
  SourceFields source_;
};

// The Connect schema of such rows, from the one of the events. Empty when that has no `after`.
std::string flat_schema(std::string_view envelope);

}  // namespace cdckit::kcat_cdc
