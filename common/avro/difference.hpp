// What one schema has other than another, for whoever has to settle why a registry refused it: a
// line a difference, by the names of the fields. Pure, cold path.
#pragma once

#include "common/avro/schema.hpp"

#include <string>
#include <vector>

namespace cdckit::avro {

// `"after.qty": int became long`, `"after.note": added, without a default`, `"after.x": removed`.
// At most kMostDifferences, then one that says so.
inline constexpr std::size_t kMostDifferences = 20;
std::vector<std::string> difference(const Schema& before, const Schema& after);

}  // namespace cdckit::avro
