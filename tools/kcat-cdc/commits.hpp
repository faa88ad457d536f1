// The consumer's half of the acknowledgement: numbers checkpoints, watches the ack files, and knows
// which offsets may be committed. Without ack files nothing is ever committed.
#pragma once

#include "common/ack/source_ack.hpp"
#include "common/kafka/consumer.hpp"
#include "tools/kcat-cdc/checkpoint_log.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace cdckit::kcat_cdc {

class Commits {
 public:
  Commits(std::vector<std::string> ack_files, std::string run);

  // What an earlier run's ack file says was durable, when all files agree about the source. Throws
  // unavailable when a file belongs to another source.
  kafka::Offsets read_earlier(const std::string& source_json);

  std::uint64_t next_seq() noexcept { return ++last_seq_; }
  void sent(std::uint64_t seq, kafka::Offsets moved) { log_.sent(seq, std::move(moved)); }
  // Looks at the ack files; true when there is something new to commit.
  bool poll();
  // Everything that was acknowledged, of partitions that are still ours.
  [[nodiscard]] const kafka::Offsets& acknowledged() const noexcept { return acknowledged_; }
  [[nodiscard]] bool covers(std::uint64_t seq) const noexcept { return acknowledged_seq_ >= seq; }
  [[nodiscard]] std::uint64_t last_seq() const noexcept { return last_seq_; }
  // These offsets were acknowledged in an earlier run; they are committed with the next.
  void add(const kafka::Partition& partition, std::int64_t offset) {
    acknowledged_[partition] = offset;
  }
  void forget(const std::vector<kafka::Partition>& partitions);
  [[nodiscard]] bool enabled() const noexcept { return files_.enabled(); }
  [[nodiscard]] const std::string& run() const noexcept { return run_; }

 private:
  ack::SourceAck files_;
  std::string run_;
  CheckpointLog log_;
  kafka::Offsets acknowledged_;
  std::uint64_t last_seq_ = 0;
  std::uint64_t acknowledged_seq_ = 0;
};

}  // namespace cdckit::kcat_cdc
