// Whole numbers out of a JSON tree. The library itself converts 1.5, and 1e50 into whatever comes
// (undefined behaviour): here only an integer that fits is one. Throws nothing.
#pragma once

#include <cstdint>
#include <optional>
#include <utility>

#include <nlohmann/json.hpp>

namespace cdckit::ndjson {

template <class Number>
std::optional<Number> whole_number(const nlohmann::json& value) {
  if (value.is_number_unsigned()) {
    const auto number = value.get<std::uint64_t>();
    if (std::in_range<Number>(number)) return static_cast<Number>(number);
  } else if (value.is_number_integer()) {
    const auto number = value.get<std::int64_t>();
    if (std::in_range<Number>(number)) return static_cast<Number>(number);
  }
  return std::nullopt;
}

}  // namespace cdckit::ndjson
