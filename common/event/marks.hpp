// How far the rows of one stream have come, for a sink that keeps positions itself: a Kafka
// transaction's position record, the offset token of a Snowflake channel. Snapshot rows and stream
// rows keep marks of their own, because a snapshot that was started again brings newer positions
// before older stream events that still count.
//   00000000016B3748/0000000000000002            newest stream row (zeros: none)
//   00000000016B3748/0000000000000002~<position> the same and the newest snapshot row
//   ...@<16 hex digits>                          Kafka offset, of events without a position
//   ...@<16 hex digits>%<16 hex digits>          the same and the latest of their timestamps
//   ...#<run>/<row>                              plain rows: number of the row in this run
#pragma once

#include "common/event/position.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace cdckit::event {

enum class Origin : std::uint8_t { stream, snapshot, offset, plain };

struct RowPosition {
  Origin origin = Origin::stream;
  Position position;            // offset: the row's LSN and its Kafka offset; plain: run and row
  std::uint64_t timestamp = 0;  // offset: the record's, in milliseconds; 0: not known
  bool operator==(const RowPosition&) const = default;
};

class Marks {
 public:
  // True when the row is at or below the mark of its kind: it was sent before.
  [[nodiscard]] bool cover(const RowPosition& row) const noexcept;
  void advance(const RowPosition& row) noexcept;
  // Nothing in `other` is beyond what is here. Row numbers of another run are beyond nothing.
  [[nodiscard]] bool reach(const Marks& other) const noexcept;
  // The row has an offset that is covered, and is later than all that were: its topic is another
  // one of the same name.
  [[nodiscard]] bool contradict(const RowPosition& row) const noexcept;
  [[nodiscard]] const Position& stream() const noexcept { return stream_; }  // zeros: none
  [[nodiscard]] const std::optional<Position>& snapshot() const noexcept { return snapshot_; }
  [[nodiscard]] std::string token() const;
  // Nothing when the text is no token of ours. Empty text: no marks at all.
  static std::optional<Marks> parse(std::string_view token);
  bool operator==(const Marks&) const = default;

 private:
  Position stream_;
  std::optional<Position> snapshot_;
  std::optional<std::uint64_t> offset_;
  std::uint64_t latest_ = 0;  // timestamp
  std::optional<Position> plain_;
};

}  // namespace cdckit::event
