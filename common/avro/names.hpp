// Avro's names, and what Debezium's name adjusting makes of others (its options
// schema.name.adjustment.mode and field.name.adjustment.mode). Pure.
#pragma once

#include <string>
#include <string_view>

namespace cdckit::avro {

enum class NameAdjustment {
  none,
  avro,         // what Avro forbids becomes `_`; `_` before a digit that begins a name
  avro_unicode  // .. becomes `_uXXXX`, as does `_` itself: no two names meet
};

// A letter or `_`, then letters, digits and `_`.
bool is_name(std::string_view name) noexcept;
// Names with dots between.
bool is_full_name(std::string_view name) noexcept;

std::string adjust_field_name(std::string_view name, NameAdjustment mode);
// Dots stay; every part begins as a name must (Debezium looks at the first part only).
std::string adjust_full_name(std::string_view name, NameAdjustment mode);

// `a.b.c`: namespace a.b, name c.
struct SplitName {
  std::string_view space;
  std::string_view name;
};
SplitName split_full_name(std::string_view full_name) noexcept;

}  // namespace cdckit::avro
