// One channel on the encoding side: the batch that is being filled, the marks up to which rows were
// taken, and what is outstanding. Cutting batches is its business, sending them is not. Pure.
#pragma once

#include "tools/snow-put/channel/batch.hpp"
#include "tools/snow-put/send/network.hpp"
#include "tools/snow-put/target/target_catalog.hpp"

#include <chrono>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cdckit::snow_put {

// Below the service's 4,000,000 bytes even when nothing can be compressed.
inline constexpr std::size_t kLargestBody = 3'800'000;
// Of all open bodies together: memory must not depend on how many channels there are. At the
// smallest a channel's ten requests a second still carry 2.5 MB.
inline constexpr std::size_t kOpenBodies = 4 * kLargestBody;
inline constexpr std::size_t kSmallestBody = 256'000;
// A row of a longer line gets a body of its own, which goes at once.
inline constexpr std::size_t kWideLine = 1'000'000;

// A row that came again though it is committed: looked up in the journal.
struct Resent {
  std::uint64_t line = 0;
  event::RowPosition position;
  std::string text;
};

class ChannelWriter {
 public:
  ChannelWriter(ChannelId id, Target& into, std::string channel, bool keep_lines);

  // Call begin_row(), append exactly one row to the body it gives, then end_row() or nothing.
  // `expected`: about how many bytes it will have.
  std::string& begin_row(std::size_t expected = 0);
  // The batch that must be sent now because the row makes it too long, if any.
  BatchPointer end_row(const RowInfo& info,
                       std::int64_t ts_us,
                       std::string_view line,
                       std::uint64_t sequence);
  // What is filled so far, if anything.
  BatchPointer cut();
  // A batch that was cut counts as outstanding until its rows have settled, in order.
  void settle(const std::vector<BatchPointer>& batches);
  [[nodiscard]] std::uint64_t oldest_outstanding() const noexcept;  // max when nothing is
  [[nodiscard]] bool empty() const noexcept;  // nothing open, nothing on its way
  [[nodiscard]] std::optional<std::chrono::steady_clock::time_point> opened() const noexcept;
  // Rows that were taken and have not settled, and since when the oldest batch of them is there.
  struct Waiting {
    std::size_t rows = 0;
    std::chrono::steady_clock::time_point since;
  };
  [[nodiscard]] Waiting waiting() const noexcept;

  ChannelId id;
  Target* target;
  std::string name;
  std::string topic;  // empty: not Kafka's
  std::int32_t partition = 0;
  event::Marks marks;
  std::uint64_t resent_rows = 0;  // in this run
  std::vector<Resent> resent;
  std::size_t body_limit = kLargestBody;
  bool had_errors = false;  // rows of it were refused at some time
  bool ready = false;       // it is open: its marks are known
  bool closing = false;
  bool halted = false;  // a row that ends the run was to go through it: none behind it may

 private:
  struct Outstanding {
    std::uint64_t first_sequence = 0;
    std::size_t rows = 0;
    std::chrono::steady_clock::time_point opened;
  };
  void start_batch();
  BatchPointer split_last_row();
  BatchPointer close_batch(BatchPointer batch);

  bool keep_lines_;
  BatchPointer current_;
  std::size_t row_begin_ = 0;
  std::deque<Outstanding> outstanding_;  // batches on their way
};

}  // namespace cdckit::snow_put
