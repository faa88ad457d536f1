// A type as format_type() prints it, taken apart: `character varying(10)[]`. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace cdckit::debezium {

struct TypeText {
  std::string name;                     // without schema, quotes and modifiers
  std::vector<std::int64_t> modifiers;  // numbers only
  bool array = false;
};

TypeText parse_type_text(std::string_view text);
// Without its last `[]`.
std::string_view element_type(std::string_view array_type) noexcept;

}  // namespace cdckit::debezium
