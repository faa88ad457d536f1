// Keeps count of records on their way, in batches that end at checkpoints: a batch may be
// acknowledged when it is closed, every record of it was delivered, and all batches before it are
// done. Pure; memory is bounded by what is on the way.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cdckit::kcat_cdc {

struct Batch {
  std::uint64_t events = 0;   // data lines
  std::uint64_t records = 0;  // all records, tombstones too
  std::uint64_t tombstones = 0;
  std::uint64_t bytes = 0;  // keys and values
  std::uint64_t outstanding = 0;
  std::uint64_t committing = 0;          // of them
  std::vector<std::uint64_t> by_target;  // events
  std::string pos;                       // of the checkpoint, else of the last event
  std::optional<std::uint64_t> mark;     // of the checkpoint; nothing for input without checkpoints
  std::int64_t started_us = 0;
  std::int64_t timestamp_ms = 0;  // of its first record that has one
  bool closed = false;
};

struct Sent {
  std::size_t target = 0;
  std::uint64_t bytes = 0;
  bool tombstone = false;
  std::uint64_t line_number = 0;
  std::int64_t now_us = 0;        // looked at for the first record of a batch only
  bool event = true;              // false: it follows from one, or stands between them
  std::int64_t timestamp_ms = 0;  // the record's; 0: none
};

// What travels with a record as its tag.
struct Tag {
  static std::uint64_t make(std::uint64_t line_number, std::uint64_t batch) noexcept;
  static std::uint64_t line_number(std::uint64_t tag) noexcept;
};

class DeliveryLog {
 public:
  // The tag for the next record; call sent() once it is in the queue.
  [[nodiscard]] std::uint64_t next_tag(std::uint64_t line_number) const noexcept;
  void sent(const Sent& record);
  // It was not, after all; call it at once.
  void unsent(const Sent& record) noexcept;
  // A delivery report came, or the record was rejected for good: it is dealt with.
  void settled(std::uint64_t tag) noexcept;
  // The same for one that counts for nothing; `bytes` of key and value, `target` its topic's.
  void refused(std::uint64_t tag, std::size_t target, std::uint64_t bytes) noexcept;
  // Everything so far is to be committed; later: that was done.
  void begin_commit() noexcept;
  void end_commit() noexcept;
  void note_position(std::string_view pos) { last_pos_.assign(pos); }
  // What was sent so far belongs to whole transactions of the source.
  void note_border();
  // What came behind the last border since the batch began was taken back.
  void keep_to_border();
  // Ends the current batch.
  void close_at_checkpoint(std::uint64_t mark, const std::string& pos, std::int64_t now_us);
  void close_at_time();
  [[nodiscard]] const Batch& current() const noexcept { return current_; }
  // The oldest batch when it may be acknowledged, else null; pop() drops it.
  [[nodiscard]] const Batch* complete() const noexcept;
  void pop() {
    closed_.pop_front();
    ++first_;
  }
  // Nothing is on its way or waits for a checkpoint.
  [[nodiscard]] bool empty() const noexcept { return closed_.empty() && current_.records == 0; }

 private:
  [[nodiscard]] Batch& batch_of(std::uint64_t tag) noexcept;
  void close(std::string pos, std::optional<std::uint64_t> mark);
  [[nodiscard]] std::uint64_t number() const noexcept { return first_ + closed_.size(); }

  std::deque<Batch> closed_;
  Batch current_;
  std::string last_pos_;
  Batch border_;             // the current one at the last border, with its last position
  std::uint64_t first_ = 0;  // number of closed_.front()
};

// `{"tool":"kcat-cdc","records":..,"tombstones":..,"bytes":..,"ms":..,"pos":..,"topics":{..}}`
std::string receipt(const Batch& batch,
                    const std::vector<std::string>& targets,
                    std::int64_t now_us);

}  // namespace cdckit::kcat_cdc
