// Whole numbers out of a tree of nlohmann::json, for the cold paths that have one. The library
// itself converts 1.5, and 1e50 into whatever comes (undefined behaviour): here only an integer
// that fits is one. Throws nothing.
#pragma once

#include <cstdint>
#include <optional>
#include <utility>

namespace cdckit::ndjson {

template <class Number, class Json>
std::optional<Number> whole_number(const Json& value) {
  if (value.is_number_unsigned()) {
    const auto number = value.template get<std::uint64_t>();
    if (std::in_range<Number>(number)) return static_cast<Number>(number);
  } else if (value.is_number_integer()) {
    const auto number = value.template get<std::int64_t>();
    if (std::in_range<Number>(number)) return static_cast<Number>(number);
  }
  return std::nullopt;
}

}  // namespace cdckit::ndjson
