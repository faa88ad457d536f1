// What the command line of cdc-check asks for.
#pragma once

#include "common/cli/run_tool.hpp"

#include <cstdint>
#include <string>

namespace cdckit::cdc_check {

struct Options {
  std::string rules;  // RULES.yaml
  std::string report;
  std::string unavailable_value = "__debezium_unavailable_value";
  std::string file;       // of replay and import
  std::int64_t rows = 0;  // --learn: at most; 0: all
  bool explain = false;
  bool learn = false;
};

// The flag table; `options` must outlive the tool.
cli::Tool declare(Options& options);

}  // namespace cdckit::cdc_check
