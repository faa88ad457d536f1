// Whether a partition is still of the topic whose records were given out, or of one that was made
// again under the same name. Now and then a record that was read is kept as a mark; when there is
// doubt (kafka::Doubts), and when a partition comes back after a rebalance, that record is read
// once more before anything is given out. A run that goes on where an earlier one ended looks a few
// records back for its first mark, or for the one that the earlier run left (MarkBook) where only
// an ack file knows of the partition. One thread, the reader's.
#pragma once

#include "common/kafka/consumer.hpp"
#include "tools/kcat-cdc/consume/progress.hpp"

#include <cstdint>

namespace cdckit::kcat_cdc {

enum class Verdict {
  same,     // go on with what came
  pending,  // it is not to be used: what comes next decides
  remade,   // another topic, or one that has lost what was read
};

class TopicProof {
 public:
  explicit TopicProof(kafka::Consumer& consumer) : consumer_(consumer) {}

  // Where the consumer has to begin for a partition that goes on at `start`.
  static std::int64_t begin(PartitionProgress& at, std::int64_t start) noexcept;
  // Takes the consumer's doubts and reads again what they hit. Whatever the last poll() brought is
  // lost by that; it is of `here`, at `offset`, unless that is null, and comes again.
  void look_again(Progress& progress, const PartitionProgress* here, std::int64_t offset);
  // What came, while at.proof is not none: a record, the end of the partition, an offset that is
  // not there. The last two may ask brokers and throw temporary; then they can be called again.
  Verdict record(PartitionProgress& at, const kafka::Record& record);
  Verdict end(PartitionProgress& at, std::int64_t offset);
  Verdict out_of_range(PartitionProgress& at);

  // For every record that was read.
  static void note(PartitionProgress& at, const kafka::Record& record) noexcept {
    if (at.mark.offset < 0 || record.offset - at.mark.offset >= kMarkEvery) mark(at, record);
  }

 private:
  static constexpr std::int64_t kMarkEvery = 16;

  static void mark(PartitionProgress& at, const kafka::Record& record) noexcept;
  Verdict learn(PartitionProgress& at, const kafka::Record& record);
  Verdict give_up(PartitionProgress& at);
  // Nothing more is looked for.
  static void settle(PartitionProgress& at) noexcept {
    at.proof = Proof::none;
    at.older_than_ms = 0;
  }
  void read_from(PartitionProgress& at, std::int64_t offset);
  void prove(PartitionProgress& at) { read_from(at, begin(at, at.next)); }

  kafka::Consumer& consumer_;
};

}  // namespace cdckit::kcat_cdc
