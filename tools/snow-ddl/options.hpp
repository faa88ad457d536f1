// What the command line says. Declaring does no I/O.
#pragma once

#include "common/cli/flag_table.hpp"
#include "tools/snow-ddl/commands/generate.hpp"
#include "tools/snow-ddl/commands/query.hpp"
#include "tools/snow-ddl/commands/settings.hpp"

#include <string>

namespace cdckit::snow_ddl {

struct Options {
  Settings settings{};
  PlanFlags plan{};
  ApplyFlags apply{};
  bool repeatables = false;  // baseline
  std::string schema{};      // pull
  QueryFlags query{};
  GenerateFlags generate{};
};

cli::Tool declare(Options& options);

}  // namespace cdckit::snow_ddl
