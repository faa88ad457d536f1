// Copies of the records of the transaction that is open, so that they can be sent again when it has
// to be begun anew: all of them, or those up to the last border between two transactions of the
// source. Bounded: a transaction that does not fit is not kept, and cannot be begun anew. Pure.
#pragma once

#include "common/kafka/record.hpp"
#include "tools/kcat-cdc/transactions/record_store.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

namespace cdckit::kcat_cdc {

class ReplayBuffer {
 public:
  // `most_bytes`: with what is noted of each record beside its own bytes.
  explicit ReplayBuffer(std::size_t most_bytes,
                        std::shared_ptr<BlockPool> pool = std::make_shared<BlockPool>())
      : most_bytes_(most_bytes), store_(std::move(pool)) {}

  void add(const kafka::Outgoing& record);
  // Everything so far belongs to transactions of the source that are whole.
  void note_border() { border_ = store_.end(); }
  // Forgets what came behind the last border.
  void keep_to_border() { store_.cut(border_); }
  // Forgets the records with this tag.
  void drop(std::uint64_t tag);
  void clear();

  // False when something had to be left out since the last clear().
  [[nodiscard]] bool whole() const noexcept { return whole_; }
  [[nodiscard]] std::size_t size() const noexcept { return store_.records(); }
  [[nodiscard]] std::size_t bytes() const noexcept { return store_.bytes(); }
  [[nodiscard]] bool has_border() const noexcept { return border_.records > 0; }
  [[nodiscard]] bool fits(const kafka::Outgoing& record) const noexcept {
    return store_.bytes_with(record) <= most_bytes_;
  }
  // For another that is filled when this one is emptied.
  [[nodiscard]] const std::shared_ptr<BlockPool>& pool() const noexcept { return store_.pool(); }
  // Calls `each(const kafka::Outgoing&)`, oldest first; the record is valid during the call.
  template <class Each>
  void for_each(Each each) const {
    std::vector<kafka::Header> headers;
    RecordStore::Place place;
    while (place.records < size()) each(store_.read(place, headers));
  }

  // Everything has still to be sent, what is added from now on too.
  void rewind() noexcept { unsent_ = RecordStore::Place{}; }
  // Something has.
  [[nodiscard]] bool unsent() const noexcept { return unsent_ && unsent_->records < size(); }
  // Calls `each(const kafka::Outgoing&)` for what has to be sent, oldest first, until it returns
  // false: that record is the first the next time.
  template <class Each>
  void send(Each each) {
    if (!unsent_) return;
    while (unsent_->records < size()) {
      RecordStore::Place next = *unsent_;
      if (!each(store_.read(next, sending_))) return;
      unsent_ = next;
    }
    unsent_.reset();
  }

 private:
  std::size_t most_bytes_;
  RecordStore store_;
  RecordStore::Place border_;
  std::optional<RecordStore::Place> unsent_;  // from here on; nothing: all is sent as it comes
  std::vector<kafka::Header> sending_;        // of the record that is
  bool whole_ = true;
};

}  // namespace cdckit::kcat_cdc
