// One channel on the encoding side: the batch that is being filled, the marks up to which rows were
// taken, and what is outstanding. Cutting batches is its business, sending them is not. Pure.
#pragma once

#include "tools/snow-put/batch.hpp"
#include "tools/snow-put/sender.hpp"
#include "tools/snow-put/target_catalog.hpp"

#include <chrono>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cdckit::snow_put {

// Below the service's 4,000,000 bytes even when nothing can be compressed.
inline constexpr std::size_t kLargestBody = 3'900'000;

// A row that came again though it is committed: checked against the table when rows of the channel
// were refused at any time.
struct Resent {
  std::uint64_t line = 0;
  RowPosition position;
  std::string text;
};

class ChannelWriter {
 public:
  ChannelWriter(ChannelId id, Target& into, std::string channel, bool keep_lines);

  // Call begin_row(), append exactly one row to the body it gives, then end_row() or nothing.
  std::string& begin_row();
  // The batch that must be sent now because the row would make it too long, if any.
  BatchPointer end_row(const RowInfo& info, std::string_view line, std::uint64_t sequence);
  // What is filled so far, if anything.
  BatchPointer cut();
  // A batch that was cut counts as outstanding until it settles, in order.
  void settle(std::size_t batches);
  [[nodiscard]] std::uint64_t oldest_outstanding() const noexcept;  // max when nothing is
  [[nodiscard]] std::optional<std::chrono::steady_clock::time_point> opened() const noexcept;

  ChannelId id;
  Target* target;
  std::string name;
  std::string topic;  // empty: not Kafka's
  std::int32_t partition = 0;
  Marks marks;
  bool check_resent = false;
  std::vector<Resent> resent;
  bool closing = false;

 private:
  void start_batch();
  BatchPointer split_last_row();

  bool keep_lines_;
  BatchPointer current_;
  std::size_t row_begin_ = 0;
  std::deque<std::uint64_t> outstanding_;  // first sequence of each batch on its way
};

}  // namespace cdckit::snow_put
