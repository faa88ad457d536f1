// tested by tests/integration/kcat-cdc/test_topics.py::test_a_topic_made_again_under_a_reader
// What is read may not be what it was: the third part of ConsumeLoop. Topics that were made again
// under their name, and offsets that are gone.
#include "tools/kcat-cdc/consume/consume.hpp"

#include <algorithm>

namespace cdckit::kcat_cdc {

// What the last poll() brought comes again, but for what it said is missing.
void ConsumeLoop::settle_doubts(kafka::Polled polled) {
  const kafka::Record& record = consumer_.record();
  const bool brought = polled != kafka::Polled::nothing && polled != kafka::Polled::missing;
  if (polled == kafka::Polled::missing)
    watch_.missing({std::string(record.topic), record.partition});
  const PartitionProgress* here =
      brought ? progress_.find(record.topic, record.partition) : nullptr;
  watch_.proof().look_again(progress_, here, record.offset);
}

// Whether what came may be used.
bool ConsumeLoop::is_same(PartitionProgress& at, Verdict verdict) {
  if (verdict != Verdict::remade) return verdict == Verdict::same;
  move_on(at, patiently([&] { return watch_.after_remade(at.partition); }));
  return false;
}

void ConsumeLoop::on_out_of_range() {
  const kafka::Record& record = consumer_.record();
  PartitionProgress* at = progress_.find(record.topic, record.partition);
  if (at == nullptr || !at->reading) return;
  if (at->proof != Proof::none) {
    (void)is_same(*at, patiently([&] { return watch_.proof().out_of_range(*at); }));
    return;
  }
  const std::int64_t wanted = std::max(at->next, record.offset);
  move_on(*at, patiently([&] { return watch_.after_gone(at->partition, wanted); }));
}

// Elsewhere, as auto.offset.reset says.
void ConsumeLoop::move_on(PartitionProgress& at, std::int64_t next) {
  consumer_.unassign({at.partition});
  consumer_.assign({{at.partition, next}});
  at.next = next;
  at.later = -1;
  at.moved = true;
  at.mark = {};
  at.older_than_ms = 0;
  at.proof = Proof::none;
}

}  // namespace cdckit::kcat_cdc
