// Prints one value as the encoding `debezium` would.
#pragma once

#include "tools/walcat/debezium/mapping.hpp"
#include "tools/walcat/encode/type_oids.hpp"

#include <string>
#include <string_view>

namespace walcat_test {

using cdckit::walcat::DebeziumSettings;

struct Printed {
  std::uint32_t oid = 0;
  std::int32_t modifier = -1;
  DebeziumSettings settings = {};
  bool snapshot = false;
  cdckit::walcat::Place place = cdckit::walcat::Place::column;
};

inline cdckit::walcat::Type type_of(std::uint32_t oid, std::string name = {}) {
  cdckit::walcat::Type type;
  type.oid = oid;
  type.name = std::move(name);
  return type;
}

inline std::string print_as(const cdckit::walcat::Type& type,
                            std::string_view text,
                            const Printed& how = {}) {
  const auto mapping = cdckit::walcat::map_type(
      {.type = type, .modifier = how.modifier, .snapshot = how.snapshot, .place = how.place},
      how.settings);
  std::string out;
  mapping.codec.append(out, text, mapping.codec);
  return out;
}

inline std::string print(const Printed& how, std::string_view text) {
  return print_as(type_of(how.oid), text, how);
}

inline DebeziumSettings with(std::string DebeziumSettings::* knob, std::string value) {
  DebeziumSettings settings;
  settings.*knob = std::move(value);
  return settings;
}

inline DebeziumSettings quirky(DebeziumSettings settings = {}) {
  settings.quirks = true;
  return settings;
}

}  // namespace walcat_test
