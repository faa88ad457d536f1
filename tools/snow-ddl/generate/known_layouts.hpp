// What earlier runs of generate left in a folder, and which version comes next. Reads files.
#pragma once

#include "tools/snow-ddl/generate/layout.hpp"

#include <map>
#include <string>

namespace cdckit::snow_ddl {

struct KnownLayouts {
  std::string version{};  // the newest of the folder's scripts; empty: there is none
  bool setup = false;
  std::map<std::string, TableLayout> tables{};  // by stored name
};

// A folder that is not there has nothing. Throws unavailable when it cannot be read, data for a
// comment that was edited.
KnownLayouts read_known_layouts(const std::string& folder);

// The whole number behind the version's first one, as wide: 003.7 -> 004, nothing -> 1. Throws
// config for a version that begins with no number.
std::string next_version(const std::string& version);

}  // namespace cdckit::snow_ddl
