// What waits for its turn, in the order in which it was numbered: checkpoints until everything
// before them is durable, offsets until their checkpoint is acknowledged. Numbers only grow, and
// what is taken takes everything older along. Pure.
#pragma once

#include "common/base/check.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <utility>

namespace cdckit::pipe {

template <class What>
class Ledger {
 public:
  void add(std::uint64_t number, What what) {
    base::require_invariant(number > last_, "numbers in a ledger only grow");
    last_ = number;
    entries_.push_back({number, std::move(what)});
  }

  // Calls `each(What&)` for all up to and with `number`, oldest first; they leave.
  template <class Each>
  void take(std::uint64_t number, Each each) {
    base::require_invariant(number <= last_, "nothing is settled that was not read");
    while (!entries_.empty() && entries_.front().number <= number) {
      each(entries_.front().what);
      entries_.pop_front();
    }
  }

  // The newest of them; nothing when all up to `number` have left before.
  std::optional<What> take(std::uint64_t number) {
    std::optional<What> newest;
    take(number, [&](What& what) { newest = std::move(what); });
    return newest;
  }

  // Calls `each(What&)` for all that wait.
  template <class Each>
  void for_each(Each each) {
    for (Entry& entry : entries_) each(entry.what);
  }

  [[nodiscard]] const What* oldest() const noexcept {
    return entries_.empty() ? nullptr : &entries_.front().what;
  }
  [[nodiscard]] What* newest() noexcept {
    return entries_.empty() ? nullptr : &entries_.back().what;
  }
  [[nodiscard]] std::uint64_t oldest_number() const noexcept {
    return entries_.empty() ? last_ + 1 : entries_.front().number;
  }
  // The highest number that was ever added.
  [[nodiscard]] std::uint64_t last() const noexcept { return last_; }
  [[nodiscard]] bool empty() const noexcept { return entries_.empty(); }
  [[nodiscard]] std::size_t size() const noexcept { return entries_.size(); }

 private:
  struct Entry {
    std::uint64_t number = 0;
    What what;
  };
  std::deque<Entry> entries_;
  std::uint64_t last_ = 0;
};

}  // namespace cdckit::pipe
