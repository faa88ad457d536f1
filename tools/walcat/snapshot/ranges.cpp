#include "tools/walcat/snapshot/ranges.hpp"

#include <algorithm>

namespace cdckit::walcat {
namespace {

// Parts large enough that a statement more costs nothing, small enough that no job waits long for
// the last one. 8 KiB a block.
constexpr std::uint64_t kLeastBlocks = 1024;
constexpr std::uint64_t kMostBlocks = 32'768;
constexpr std::uint64_t kPartsPerJob = 8;

}  // namespace

std::vector<BlockRange> cut(const TableSize& size, std::size_t jobs) {
  if (jobs < 2 || size.blocks < 2 * kLeastBlocks) return {{}};
  const auto step = std::clamp(size.blocks / (jobs * kPartsPerJob), kLeastBlocks, kMostBlocks);
  std::vector<BlockRange> ranges;
  for (std::uint64_t first = 0; first < size.blocks; first += step) {
    ranges.push_back({first, first + step});
  }
  ranges.back().last.reset();
  return ranges;
}

}  // namespace cdckit::walcat
