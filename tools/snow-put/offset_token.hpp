// The offset token of a channel: how far its rows have come, as text that Snowflake stores with the
// rows. Snapshot rows and stream rows keep marks of their own, because a snapshot that was started
// again brings newer positions before older stream events that still count.
//   00000000016B3748/0000000000000002            newest stream row (zeros: none)
//   00000000016B3748/0000000000000002~<position> the same and the newest snapshot row
//   ...@<16 hex digits>                          Kafka offset, of events without a position
//   ...#<run>/<row>                              plain rows: number of the row in this run
#pragma once

#include "common/event/position.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace cdckit::snow_put {

enum class Origin : std::uint8_t { stream, snapshot, offset, plain };

struct RowPosition {
  Origin origin = Origin::stream;
  event::Position position;  // offset: the row's LSN and its Kafka offset; plain: run and row
  bool operator==(const RowPosition&) const = default;
};

class Marks {
 public:
  // True when the row is at or below the mark of its kind: it was sent before.
  [[nodiscard]] bool cover(const RowPosition& row) const noexcept;
  void advance(const RowPosition& row) noexcept;
  [[nodiscard]] std::string token() const;
  // Nothing when the text is no token of ours. Empty text: no marks at all.
  static std::optional<Marks> parse(std::string_view token);
  bool operator==(const Marks&) const = default;

 private:
  event::Position stream_;
  std::optional<event::Position> snapshot_;
  std::optional<std::uint64_t> offset_;
  std::optional<event::Position> plain_;
};

}  // namespace cdckit::snow_put
