// Tells whether a key may have come before in this batch, by 64-bit hashes: a rare false yes only
// costs a sort on the server. Bounded memory: beyond the limit the answer is yes.
#pragma once

#include <cstdint>
#include <functional>
#include <string_view>
#include <vector>

namespace cdckit::pg_load {

class DuplicateFilter {
 public:
  explicit DuplicateFilter(std::size_t limit = 1U << 20U) : limit_(limit) {}

  bool seen(std::string_view key) {
    if (count_ >= limit_) return true;
    if ((count_ + 1) * 2 > slots_.size()) grow();
    return !insert(std::hash<std::string_view>{}(key) | 1U);
  }
  void clear() {
    slots_.assign(slots_.size() > kKept ? kKept : slots_.size(), 0);
    count_ = 0;
  }

 private:
  static constexpr std::size_t kKept = 1U << 16U;

  bool insert(std::uint64_t hash) {
    std::size_t at = (hash >> 1U) & (slots_.size() - 1);
    while (slots_[at] != 0) {
      if (slots_[at] == hash) return false;
      at = (at + 1) & (slots_.size() - 1);
    }
    slots_[at] = hash;
    ++count_;
    return true;
  }
  void grow() {
    std::vector<std::uint64_t> old(slots_.empty() ? 1024 : slots_.size() * 2, 0);
    old.swap(slots_);
    count_ = 0;
    for (const std::uint64_t hash : old) {
      if (hash != 0) insert(hash);
    }
  }

  std::size_t limit_;
  std::size_t count_ = 0;
  std::vector<std::uint64_t> slots_;  // 0: free; size a power of two
};

}  // namespace cdckit::pg_load
