#include "tools/opensky-fetch/request/box.hpp"

#include "common/base/text.hpp"

#include <charconv>
#include <cmath>
#include <stdexcept>

#include <fmt/format.h>

namespace cdckit::opensky_fetch {
namespace {

double parse_degrees(const std::string& text, double limit) {
  double value = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || stop != end || std::isnan(value) || value < -limit || value > limit) {
    throw std::invalid_argument(
        fmt::format("\"{}\" is no number of degrees up to {}", text, limit));
  }
  return value;
}

}  // namespace

Box parse_box(const std::string& text) {
  const std::vector<std::string> parts = base::split(text, ',');
  if (parts.size() != 4) throw std::invalid_argument(fmt::format("\"{}\" is not S,W,N,E", text));
  Box box;
  for (std::size_t i = 0; i < 4; ++i) box.texts.at(i) = base::trim(parts[i]);
  box.south = parse_degrees(box.texts[0], 90);
  box.west = parse_degrees(box.texts[1], 180);
  box.north = parse_degrees(box.texts[2], 90);
  box.east = parse_degrees(box.texts[3], 180);
  if (box.south > box.north)
    throw std::invalid_argument(fmt::format("\"{}\": south is north of north", text));
  return box;
}

std::vector<Box> split_at_date_line(const Box& box) {
  if (box.west <= box.east) return {box};
  Box before = box;
  before.east = 180;
  before.texts[3] = "180";
  Box after = box;
  after.west = -180;
  after.texts[1] = "-180";
  return {before, after};
}

double square_degrees(const Box& box) {
  const double width = box.east - box.west;
  return (box.north - box.south) * (width < 0 ? width + 360 : width);
}

}  // namespace cdckit::opensky_fetch
