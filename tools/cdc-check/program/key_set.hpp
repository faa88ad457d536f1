// A set of texts, each known by 128 bits of hash: 16 bytes a text, found without a pointer to
// follow. Grows while it is filled. Throws nothing but bad_alloc.
#pragma once

#include "tools/cdc-check/values/key_hash.hpp"

#include <cstddef>
#include <string_view>
#include <vector>

namespace cdckit::cdc_check {

class KeySet {
 public:
  void insert(std::string_view text);
  [[nodiscard]] bool contains(std::string_view text) const noexcept;
  [[nodiscard]] std::size_t size() const noexcept { return size_; }

 private:
  [[nodiscard]] std::size_t find(const KeyHash& key) const noexcept;
  void grow();

  std::vector<KeyHash> places_;  // open addressing, at most half full; zero: free
  std::size_t size_ = 0;
};

}  // namespace cdckit::cdc_check
