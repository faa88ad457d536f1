// How far each assigned partition was read, and whether it was read as far as wanted
// (`--until end|@TIME`): up to the ends noted when the run began, whatever was written since. Pure.
// Finding the partition of a record costs one comparison while records of the same partition follow
// each other.
#pragma once

#include "common/kafka/consumer.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string_view>
#include <vector>

namespace cdckit::kcat_cdc {

struct Shape;

// Which records are wanted: those with from <= timestamp < before, below the ends.
struct Range {
  bool bounded = false;  // only up to the ends noted at start
  std::optional<std::int64_t> from_ms = {};
  std::optional<std::int64_t> before_ms = {};
};

// A record that was read, to know its topic by.
struct Mark {
  std::int64_t offset = -1;  // -1: none
  std::int64_t timestamp_ms = -1;
  std::uint64_t hash = 0;  // of key and value
};

// What the next records of a partition are for (TopicProof).
enum class Proof {
  none,      // they are given out
  learning,  // one of them becomes the mark: those before `next` were given out by an earlier run
  proving,   // one of them is to be the mark
};

struct PartitionProgress {
  kafka::Partition partition;
  std::int64_t next = -1;   // the next offset to read; -1: not known yet
  std::int64_t end = -1;    // of a bounded run: read no further
  std::int64_t later = -1;  // the first that was too late for --until: the next run begins there
  bool moved = false;       // since the last checkpoint
  bool done = false;
  bool reading = false;          // the consumer has it
  const Shape* shape = nullptr;  // of its last record that named one
  Mark mark;
  Proof proof = Proof::none;
  bool doubted = false;            // while it is proving: once more
  std::int64_t older_than_ms = 0;  // what is learned must be; 0: it may be of any time

  // It may be of another topic by now.
  [[nodiscard]] bool doubtful() const noexcept {
    return proof == Proof::proving || older_than_ms > 0;
  }
};

enum class Wanted { yes, skip, stop };

class Progress {
 public:
  explicit Progress(Range range) : range_(range) {}

  // Where partitions ended when the run began. What is not among them had nothing then.
  void note_ends(kafka::Offsets ends) { ends_ = std::move(ends); }
  // Records of a time before `from` are skipped no more: the run goes on from elsewhere.
  void ignore_from() noexcept { range_.from_ms.reset(); }

  // `start`: the offset it begins at, when it is known: then it belongs to positions() at once, so
  // that an ack file keeps what an earlier run knew. Else negative.
  PartitionProgress& assign(const kafka::Partition& partition, std::int64_t start);
  // Calls `each(PartitionProgress&)` for all that are assigned.
  template <class Each>
  void for_each(Each each) {
    for (auto& [partition, at] : assigned_) each(at);
  }
  // Something that is read is doubtful.
  [[nodiscard]] bool proving() const noexcept;
  void revoke(const std::vector<kafka::Partition>& partitions);
  // Where this run stopped reading a partition that is no longer assigned; nothing when never read.
  [[nodiscard]] std::optional<std::int64_t> left_at(const kafka::Partition& partition) const;

  // Null for a partition that is not assigned (any more).
  PartitionProgress* find(std::string_view topic, std::int32_t number) noexcept;
  [[nodiscard]] Wanted wants(PartitionProgress& at,
                             std::int64_t offset,
                             std::int64_t timestamp_ms) const noexcept;
  void read(PartitionProgress& at, std::int64_t offset) const noexcept;
  // Nothing is there before `offset` that was not read: marks of transactions, compacted and
  // aborted records move the position too.
  void reached_end(PartitionProgress& at, std::int64_t offset) const noexcept;

  // Every assigned partition was read as far as wanted.
  [[nodiscard]] bool finished() const noexcept;
  [[nodiscard]] bool bounded() const noexcept { return range_.bounded; }
  [[nodiscard]] bool empty() const noexcept { return assigned_.empty(); }
  [[nodiscard]] std::vector<kafka::Partition> partitions() const;
  // The next offsets of all partitions where they are known, for the run that follows.
  [[nodiscard]] kafka::Offsets positions() const;
  [[nodiscard]] bool moved() const noexcept;
  // How much of a bounded run is read, 0 to 1, where every position is known.
  std::optional<double> part() noexcept;
  // When the newest record that was read was made, unix milliseconds; 0: nothing was read.
  [[nodiscard]] std::int64_t newest_ms() const noexcept;
  // Those that moved since the last call, likewise.
  kafka::Offsets take_moved();

 private:
  static std::int64_t reached(const PartitionProgress& at) noexcept {
    return at.later >= 0 ? at.later : at.next;
  }

  Range range_;
  kafka::Offsets ends_;
  std::map<kafka::Partition, PartitionProgress> assigned_;
  struct Left {
    std::int64_t next = -1;
    Mark mark;
  };
  std::map<kafka::Partition, Left> left_;
  PartitionProgress* last_ = nullptr;
  std::int64_t most_ = 0;  // records that were to be read, for part()
};

}  // namespace cdckit::kcat_cdc
