// A partition by its name.
#pragma once

#include <compare>
#include <cstdint>
#include <string>

namespace cdckit::kafka {

struct Partition {
  std::string topic;
  std::int32_t number = 0;
  auto operator<=>(const Partition&) const = default;
};

}  // namespace cdckit::kafka
