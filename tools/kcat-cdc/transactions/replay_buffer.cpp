#include "tools/kcat-cdc/transactions/replay_buffer.hpp"

#include <utility>

namespace cdckit::kcat_cdc {

void ReplayBuffer::add(const kafka::Outgoing& record) {
  if (!whole_) return;
  if (fits(record)) return store_.add(record);
  clear();
  whole_ = false;
}

void ReplayBuffer::clear() {
  store_.clear();
  border_ = {};
  unsent_.reset();
  whole_ = true;
}

// Rare, so it copies.
void ReplayBuffer::drop(std::uint64_t tag) {
  ReplayBuffer kept(most_bytes_, store_.pool());
  std::size_t seen = 0;
  for_each([&](const kafka::Outgoing& record) {
    if (record.tag != tag) kept.add(record);
    if (++seen == border_.records) kept.note_border();
  });
  kept.whole_ = whole_;
  *this = std::move(kept);
}

}  // namespace cdckit::kcat_cdc
