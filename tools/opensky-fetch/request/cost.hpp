// What the service charges for a request, in credits, as its documentation says. Where its table is
// ambiguous the dearer reading counts.
#pragma once

#include <cstdint>

namespace cdckit::opensky_fetch {

// Of a box of that size in square degrees.
int cost_of_area(double square_degrees);
inline constexpr int kCostOfTheWorld = 4;

// Of flights or tracks between two instants (Unix seconds), as of `now`: by the days touched.
int cost_of_days(std::int64_t begin, std::int64_t end, std::int64_t now);

}  // namespace cdckit::opensky_fetch
