// The members of a printed row: where each comes from in the values of an answer's element, and how
// it is printed.
#pragma once

#include "tools/opensky-fetch/request/endpoint.hpp"

#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace cdckit::opensky_fetch {

// The most that any endpoint has: a state vector with extended=1.
inline constexpr std::size_t kMostValues = 18;

// Raw JSON values of one row by index; those that the element does not have are `null`.
using RowValues = std::array<std::string_view, kMostValues>;

enum class FieldKind {
  text,
  number,
  boolean,
  callsign,       // text that is trimmed; blank is null
  time,           // Unix seconds, printed by the chosen format
  snapshot_time,  // not a value: the instant of the whole snapshot
  nested,         // may be an array
};

struct Field {
  std::string_view name;
  std::size_t index = 0;
  FieldKind kind = FieldKind::text;
};

// In printing order; `category` only when the server is asked for it.
std::vector<Field> default_fields(Endpoint endpoint, bool extended);
// Names as in --fields, in the given order. Throws std::invalid_argument for an unknown or a
// doubled name.
std::vector<Field> choose_fields(Endpoint endpoint, const std::vector<std::string>& names);

}  // namespace cdckit::opensky_fetch
