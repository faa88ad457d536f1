// The objects of a database as migration scripts, one file for each schema, in an order that runs.
#pragma once

#include "tools/snow-ddl/history/execute.hpp"

#include <string>
#include <vector>

namespace cdckit::snow_ddl {

struct PulledScript {
  std::string file;
  std::string text;
  std::size_t objects = 0;
};

// `schema` as it is stored; empty: all of them.
std::vector<PulledScript> pull_schemas(const Execute& execute,
                                       const std::string& database,
                                       const std::string& schema);

}  // namespace cdckit::snow_ddl
