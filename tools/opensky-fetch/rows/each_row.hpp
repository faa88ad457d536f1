// All rows of a snapshot, whatever the endpoint.
#pragma once

#include "tools/opensky-fetch/rows/fields.hpp"
#include "tools/opensky-fetch/rows/snapshot.hpp"

#include <cstdint>
#include <functional>

namespace cdckit::opensky_fetch {

using VisitRow = std::function<void(const RowValues& values)>;

// In the order of the answers; what two of them hold (an aircraft in boxes that overlap, a flight
// at the border of two windows) comes once, as the first has it. Throws Malformed.
void each_row(Endpoint endpoint, const Snapshot& snapshot, const VisitRow& visit);
std::uint64_t count_rows(Endpoint endpoint, const Snapshot& snapshot);

}  // namespace cdckit::opensky_fetch
