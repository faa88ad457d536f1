// Values of flags as they are typed. Each throws invalid_argument, which says what it is not.
#pragma once

#include "common/base/text.hpp"

#include <charconv>
#include <chrono>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <system_error>

namespace cdckit::snow_put {

inline std::chrono::milliseconds merge_interval(const std::string& text) {
  if (text == "never") return std::chrono::milliseconds(0);
  const auto interval = base::parse_duration(text);
  if (!interval) throw std::invalid_argument("\"" + text + "\" is no duration, and not never");
  return *interval;
}

inline std::uint64_t rate(std::string text) {
  if (text.ends_with("/s")) text.resize(text.size() - 2);
  const auto bytes = base::parse_size(text);
  if (!bytes) throw std::invalid_argument("\"" + text + "\" is no size, as in 20MB/s");
  return *bytes;
}

inline double share(std::string text) {
  double scale = 1;
  if (text.ends_with('%')) {
    text.pop_back();
    scale = 100;
  }
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || !(value > 0) || value > scale)
    throw std::invalid_argument("\"" + text + "\" is no share, as in 1%");
  return value / scale;
}

}  // namespace cdckit::snow_put
