// What a printed row holds.
#pragma once

#include "tools/opensky-fetch/rows/fields.hpp"

#include <string>
#include <vector>

namespace cdckit::opensky_fetch {

struct OutputSettings {
  std::vector<Field> fields{};  // empty: the default ones
  std::string time_format = "iso";
};

// The chosen fields, or the default ones.
std::vector<Field> fields_of(const OutputSettings& output, Endpoint endpoint, bool extended);

}  // namespace cdckit::opensky_fetch
