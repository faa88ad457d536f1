// The keys of the last N lines, to find one that comes again. Keys are known by 128 bits of hash;
// the table grows with the lines up to N entries and then stays. Throws nothing but bad_alloc.
#pragma once

#include "tools/cdc-check/values/key_hash.hpp"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace cdckit::cdc_check {

class UniqueWindow {
 public:
  explicit UniqueWindow(std::uint64_t lines);

  // A line with this key is in the window; `owner` is then the row that it belonged to.
  [[nodiscard]] bool contains(const KeyHash& key, KeyHash& owner) const noexcept;
  // A line that went on. One that is in the window already gets younger.
  void add(const KeyHash& key, const KeyHash& owner);
  // The row is gone: its key is free.
  void remove(const KeyHash& key) noexcept;
  // All rows are gone.
  void clear() noexcept;
  // A line without a key (a null) takes a place in the window all the same.
  void add_nothing();
  [[nodiscard]] std::size_t size() const noexcept { return size_; }

 private:
  struct Entry {
    KeyHash key;
    std::uint64_t owner = 0;
    std::uint64_t line = 0;  // 0: free
  };
  [[nodiscard]] std::size_t find(const KeyHash& key) const noexcept;
  void erase(std::size_t place) noexcept;
  void grow();

  std::uint64_t lines_;
  std::uint64_t line_ = 0;      // of the newest
  std::vector<Entry> entries_;  // open addressing, never full
  std::vector<KeyHash> order_;  // a ring: the key of each line
  std::size_t size_ = 0;
};

}  // namespace cdckit::cdc_check
