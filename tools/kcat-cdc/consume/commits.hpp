// The consumer's half of the acknowledgement: remembers which offsets a checkpoint covers and knows
// which of them may be committed, as its end of the pipe says. Without --ack nothing ever is.
#pragma once

#include "common/kafka/consumer.hpp"
#include "common/pipe/source_end.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace cdckit::kcat_cdc {

// What an earlier run's ack files say was durable, when all of them agree about the source. Throws
// unavailable when one belongs to another source.
kafka::Offsets read_earlier(const std::vector<std::optional<ack::Record>>& records,
                            const std::string& source_json);

class Commits {
 public:
  explicit Commits(pipe::SourceEnd& end) : end_(end) {}

  // Everything given out so far is at `text`; `moved`: the next offsets of partitions that were
  // read since the last one. `rows`: data lines in all. Returns its number.
  std::uint64_t reached(std::string text, kafka::Offsets moved, std::uint64_t rows);
  // Looks at the acknowledgements; true when there is something new to commit.
  bool poll();
  // Whether something is, since committed() was called last.
  [[nodiscard]] bool uncommitted() const noexcept { return uncommitted_; }
  void committed() noexcept { uncommitted_ = false; }
  // Everything that was acknowledged, of partitions that are still ours.
  [[nodiscard]] const kafka::Offsets& acknowledged() const noexcept { return acknowledged_; }
  // The highest number that was acknowledged, as of the last poll().
  [[nodiscard]] std::uint64_t number() const noexcept { return number_; }
  // These offsets were acknowledged earlier; they are committed with the next.
  void add(const kafka::Partition& partition, std::int64_t offset) {
    acknowledged_[partition] = offset;
  }
  // No longer ours: whatever is acknowledged later, their offsets are not to be committed.
  void forget(const std::vector<kafka::Partition>& partitions);
  // What was acknowledged of a partition while it was ours, also long ago; kNoOffset: nothing.
  [[nodiscard]] std::int64_t durable(const kafka::Partition& partition) const;
  [[nodiscard]] bool enabled() const noexcept { return end_.settings().proof != pipe::Proof::none; }

 private:
  pipe::SourceEnd& end_;
  pipe::Ledger<kafka::Offsets> sent_;
  kafka::Offsets acknowledged_;
  kafka::Offsets durable_;
  std::uint64_t number_ = 0;
  bool uncommitted_ = false;
};

}  // namespace cdckit::kcat_cdc
