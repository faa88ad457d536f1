#include "tools/snow-ddl/generate/places.hpp"

#include "common/snow/identifiers.hpp"

#include <array>
#include <string_view>
#include <utility>

namespace cdckit::snow_ddl {
namespace {

constexpr const char* kDatabase = "\x01";
constexpr const char* kSchema = "\x02";
constexpr const char* kRole = "\x03";
constexpr const char* kWarehouse = "\x04";

void replace_all(std::string& text, std::string_view what, std::string_view with) {
  for (std::size_t at = 0; (at = text.find(what, at)) != std::string::npos; at += with.size())
    text.replace(at, what.size(), with);
}

}  // namespace

snow::TableAddress in_schema(const std::string& name) {
  return {kDatabase, kSchema, name};
}

std::string database_hole() {
  return snow::sql_name(kDatabase);
}

std::string schema_hole() {
  return snow::sql_name(kDatabase) + "." + snow::sql_name(kSchema);
}

std::string role_hole() {
  return snow::sql_name(kRole);
}

std::string warehouse_hole() {
  return snow::sql_name(kWarehouse);
}

// Without quotes: a value may be typed as in any statement, cdc or "my db".
std::string fill_holes(std::string text) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 5> kHoles{
      std::pair<std::string_view, std::string_view>{"${", "\\${"},
      {"\"\x01\"", "${database}"},
      {"\"\x02\"", "${schema}"},
      {"\"\x03\"", "${role}"},
      {"\"\x04\"", "${warehouse}"}};
  for (const auto& [hole, name] : kHoles) replace_all(text, hole, name);
  return text;
}

}  // namespace cdckit::snow_ddl
