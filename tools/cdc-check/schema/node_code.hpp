// A compiled schema: a list of nodes that name each other by number. Nothing changes once it is
// made.
#pragma once

#include "tools/cdc-check/values/decimal.hpp"
#include "tools/cdc-check/values/pattern.hpp"
#include "tools/cdc-check/values/small_range.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace cdckit::cdc_check {

using SchemaId = std::int32_t;
inline constexpr SchemaId kNoSchema = -1;

// Bits of `type`.
inline constexpr unsigned kNullType = 1;
inline constexpr unsigned kBooleanType = 2;
inline constexpr unsigned kIntegerType = 4;
inline constexpr unsigned kNumberType = 8;
inline constexpr unsigned kStringType = 16;
inline constexpr unsigned kArrayType = 32;
inline constexpr unsigned kObjectType = 64;
inline constexpr unsigned kAnyType = 127;

struct SchemaNumbers {
  std::optional<Decimal> minimum;
  std::optional<Decimal> maximum;
  std::optional<Decimal> above;  // exclusiveMinimum
  std::optional<Decimal> below;  // exclusiveMaximum
  std::optional<Decimal> multiple_of;
  SmallRange range;   // minimum and maximum
  bool more = false;  // some other word than these
};

struct SchemaTexts {
  std::uint64_t least = 0;
  std::uint64_t most = ~std::uint64_t{0};
  std::unique_ptr<Pattern> pattern;
};

struct SchemaItems {
  std::uint64_t least = 0;
  std::uint64_t most = ~std::uint64_t{0};
  bool unique = false;
  std::vector<SchemaId> prefix;
  SchemaId rest = kNoSchema;  // items
  SchemaId contains = kNoSchema;
  std::uint64_t least_found = 1;
  std::uint64_t most_found = ~std::uint64_t{0};
  SchemaId unevaluated = kNoSchema;
};

struct SchemaMember {
  std::string name;
  std::string written;  // as JSON mostly writes it
  SchemaId schema = kNoSchema;
  bool required = false;
};

struct SchemaMembers {
  std::vector<SchemaMember> named;  // properties, and what is required beside them
  std::size_t required = 0;         // how many of them
  std::vector<std::pair<std::unique_ptr<Pattern>, SchemaId>> by_pattern;
  SchemaId other = kNoSchema;  // additionalProperties
  SchemaId names = kNoSchema;  // propertyNames
  std::uint64_t least = 0;
  std::uint64_t most = ~std::uint64_t{0};
  std::vector<std::pair<std::string, std::vector<std::string>>> dependent_required;
  std::vector<std::pair<std::string, SchemaId>> dependent_schemas;
  SchemaId unevaluated = kNoSchema;
};

struct SchemaNode {
  std::string location;  // "#/properties/zip"
  bool never = false;    // the schema `false`
  unsigned types = kAnyType;
  std::optional<std::vector<std::string>> values;  // enum and const, canonical, sorted
  std::vector<std::string> spelled;                // a few of them as JSON mostly writes them
  const char* values_word = "enum";
  std::unique_ptr<SchemaNumbers> numbers;
  std::unique_ptr<SchemaTexts> texts;
  std::unique_ptr<SchemaItems> items;
  std::unique_ptr<SchemaMembers> members;
  bool has_logic = false;  // one of those that follow
  SchemaId reference = kNoSchema;
  std::vector<SchemaId> all_of;
  std::vector<SchemaId> any_of;
  std::vector<SchemaId> one_of;
  SchemaId inverted = kNoSchema;  // not
  SchemaId condition = kNoSchema;
  SchemaId then = kNoSchema;
  SchemaId otherwise = kNoSchema;
};

}  // namespace cdckit::cdc_check
