// The members of a printed row: where each comes from in OpenSky's positional state vector, and how
// it is printed.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace cdckit::opensky_fetch {

// A state vector has 17 elements, 18 when asked for with extended=1.
inline constexpr std::size_t kMostElements = 18;

enum class FieldKind {
  plain,          // the element's own text
  callsign,       // trimmed, blank is null
  time,           // Unix seconds, printed by the chosen format
  snapshot_time,  // not an element: the instant of the whole snapshot
  nested,         // may be an array
};

struct Field {
  std::string_view name;
  std::size_t index = 0;
  FieldKind kind = FieldKind::plain;
};

// In printing order; `category` only when the server is asked for it.
std::vector<Field> default_fields(bool extended);
// Names as in --fields, in the given order. Throws std::invalid_argument for an unknown or a
// doubled name.
std::vector<Field> choose_fields(const std::vector<std::string>& names);

}  // namespace cdckit::opensky_fetch
