#include "tools/opensky-fetch/rows/each_row.hpp"

namespace cdckit::opensky_fetch {
namespace {

constexpr std::size_t kFirstSeen = 2;

}  // namespace

bool Duplicates::remember(const RowValues& values) {
  std::string key(values[0]);
  if (endpoint_ == Endpoint::flights) key.append(values[kFirstSeen]);
  return seen_.insert(std::move(key)).second;
}

std::uint64_t count_rows(Endpoint endpoint, const Snapshot& snapshot) {
  std::uint64_t rows = 0;
  each_row(endpoint, snapshot, [&](const RowValues&) { ++rows; });
  return rows;
}

}  // namespace cdckit::opensky_fetch
