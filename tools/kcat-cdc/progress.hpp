// How far each assigned partition was read, and whether it was read as far as wanted
// (`--until end|@TIME`). Pure. Finding the partition of a record costs one comparison while records
// of the same partition follow each other.
#pragma once

#include "common/kafka/consumer.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cdckit::kcat_cdc {

struct Until {
  bool end = false;                          // what was there when the partition came
  std::optional<std::int64_t> timestamp_ms;  // records before this time
  [[nodiscard]] bool bounded() const noexcept { return end || timestamp_ms; }
};

struct PartitionProgress {
  kafka::Partition partition;
  std::int64_t next = -1;  // the next offset to read; -1: not known yet
  std::int64_t end = -1;   // with Until::end: what was the end
  bool moved = false;      // since the last checkpoint
  bool at_end = false;     // nothing more was there a moment ago
  bool done = false;
  std::string schema_hash;  // of the last record, to notice a change cheaply
};

class Progress {
 public:
  explicit Progress(Until until) : until_(until) {}

  // `start`: the offset it begins at, when it is known: then it belongs to positions() at once, so
  // that an ack file keeps what an earlier run knew. Else -1.
  PartitionProgress& assign(const kafka::Partition& partition,
                            std::int64_t end,
                            std::int64_t start = -1);
  void revoke(const std::vector<kafka::Partition>& partitions);
  // Where this run stopped reading a partition that is no longer assigned; nothing when never read.
  [[nodiscard]] std::optional<std::int64_t> left_at(const kafka::Partition& partition) const;

  // Null for a partition that is not assigned (any more).
  PartitionProgress* find(std::string_view topic, std::int32_t number) noexcept;
  // Whether the record is wanted: false at and behind the end of a bounded run.
  bool wants(PartitionProgress& at, std::int64_t offset, std::int64_t timestamp_ms) const noexcept;
  void read(PartitionProgress& at, std::int64_t offset) const noexcept;
  void reached_end(PartitionProgress& at, std::int64_t now_ms) const noexcept;

  // Every assigned partition was read as far as wanted.
  bool finished(std::int64_t now_ms) noexcept;
  [[nodiscard]] bool empty() const noexcept { return assigned_.empty(); }
  [[nodiscard]] std::vector<kafka::Partition> partitions() const;
  // The next offsets of all partitions where they are known.
  [[nodiscard]] kafka::Offsets positions() const;
  // Those that moved since the last call.
  kafka::Offsets take_moved();

 private:
  Until until_;
  std::map<kafka::Partition, PartitionProgress> assigned_;
  std::map<kafka::Partition, std::int64_t> left_;
  PartitionProgress* last_ = nullptr;
};

}  // namespace cdckit::kcat_cdc
