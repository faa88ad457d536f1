// Scripts for the tables of a CDC pipeline, made of a source's `schema` lines.
#pragma once

#include "common/cli/run_tool.hpp"
#include "tools/snow-ddl/generate/layout.hpp"

#include <chrono>
#include <string>
#include <vector>

namespace cdckit::snow_ddl {

struct GenerateFlags {
  std::string from{};  // a file; empty: stdin
  std::string folder{};
  LayoutChoice layout{};
  std::chrono::milliseconds every{0};    // of tasks and dynamic tables; 0: not said
  std::vector<std::string> table_map{};  // SRC=DST
  std::vector<std::string> added{};      // COLUMN=TEXT
};

// One line for each script that it writes. Throws usage for flags that do not go together, data for
// what is no JSON or has no schema line in it, config for a table that cannot be laid out;
// nothing is written then.
base::ExitCode generate(const GenerateFlags& given, const cli::Context& context);

}  // namespace cdckit::snow_ddl
