// Cuts tables into the parts that several connections read side by side. Pure.
#pragma once

#include "tools/walcat/snapshot/select.hpp"

#include <cstdint>
#include <vector>

namespace cdckit::walcat {

struct TableSize {
  std::uint64_t blocks = 0;  // of its file; 0: it has none, or it cannot be cut
  double rows = -1;          // the planner's guess; negative: none
};

// Parts of one table, in order, together all of it. Small tables stay whole, and all of them with
// one job; the last part is open, as the file may have grown meanwhile.
std::vector<BlockRange> cut(const TableSize& size, std::size_t jobs);

}  // namespace cdckit::walcat
