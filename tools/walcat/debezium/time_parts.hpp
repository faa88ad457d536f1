// What the families of dates and of times share.
#pragma once

#include "tools/walcat/debezium/json_text.hpp"
#include "tools/walcat/debezium/mapping.hpp"

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

namespace cdckit::walcat {

inline constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
inline constexpr std::int64_t kLeast = std::numeric_limits<std::int64_t>::min();

// What stands for the infinities.
struct Infinities {
  std::int64_t most;
  std::int64_t least;
};
inline constexpr Infinities kEnds{kMost, kLeast};

inline void append_either(std::string& out, int sign, const Infinities& values) {
  append_integer(out, sign > 0 ? values.most : values.least);
}

inline void append_quoted(std::string& out, std::string_view text) {
  out += '"';
  out += text;
  out += '"';
}

// Microseconds times or divided by what the unit asks for.
enum class Unit { millis, micros, nanos };

// No modifier: six digits.
inline int digits_of(std::int32_t modifier) noexcept {
  return modifier < 0 ? 6 : modifier;
}

struct TimeForm {
  AppendValue append;
  const char* type;
  const char* name;
  const char* filler;
};

inline Mapping mapping_of(const TimeForm& form) {
  Mapping mapping;
  mapping.codec.append = form.append;
  mapping.schema = simple_schema(form.type, form.name);
  mapping.filler = form.filler;
  return mapping;
}

}  // namespace cdckit::walcat
