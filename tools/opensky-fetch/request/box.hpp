// Boxes on the map, in degrees (WGS-84).
#pragma once

#include <array>
#include <string>
#include <vector>

namespace cdckit::opensky_fetch {

// West is greater than east when the box lies across the date line. `texts` are the same numbers as
// typed: south, west, north, east.
struct Box {
  double south = 0;
  double west = 0;
  double north = 0;
  double east = 0;
  std::array<std::string, 4> texts{};
};

// S,W,N,E. Throws std::invalid_argument with the reason.
Box parse_box(const std::string& text);
// The box itself, or its two halves when it lies across the date line: the service knows no such
// box.
std::vector<Box> split_at_date_line(const Box& box);
// What the service counts in: degrees of latitude times degrees of longitude.
double square_degrees(const Box& box);

}  // namespace cdckit::opensky_fetch
