// Which transactions the stream has shown, as bits: 16 million of the newest in 2 MiB at most. What
// fell out of that is so old that no read can have missed it. Pure.
#pragma once

#include <bitset>
#include <cstdint>
#include <deque>
#include <unordered_map>

namespace cdckit::walcat {

// Transaction ids go round.
inline bool xid_precedes(std::uint32_t one, std::uint32_t other) noexcept {
  return static_cast<std::int32_t>(one - other) < 0;
}

class StreamedXids {
 public:
  static constexpr std::uint32_t kBlock = 4096;  // bits
  static constexpr std::size_t kBlocks = 4096;

  void add(std::uint32_t xid);
  void clear();
  [[nodiscard]] bool contains(std::uint32_t xid) const;
  // True when one of this number or a later one was shown.
  [[nodiscard]] bool reaches(std::uint32_t xid) const noexcept {
    return any_ && !xid_precedes(newest_, xid);
  }

 private:
  using Block = std::bitset<kBlock>;
  std::unordered_map<std::uint32_t, Block> blocks_;
  std::deque<std::uint32_t> order_;  // of the blocks, the oldest first
  Block* last_ = nullptr;            // most transactions are neighbours of the one before
  std::uint32_t last_number_ = 0;
  std::uint32_t newest_ = 0;
  bool any_ = false;
};

}  // namespace cdckit::walcat
