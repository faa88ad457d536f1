// What the command line says. Declaring does no I/O.
#pragma once

#include "common/cli/flag_table.hpp"
#include "tools/snow-ddl/history_table.hpp"
#include "tools/snow-ddl/render.hpp"

#include <chrono>
#include <string>

namespace cdckit::snow_ddl {

struct Options {
  std::string connection{};
  bool allow_http = false;
  std::chrono::milliseconds retry_for{60'000};

  std::string folder{};
  Variables variables{};
  HistoryTable history{};
  std::string target{};
  bool out_of_order = false;

  bool detailed_exitcode = false;  // plan
  bool dry_run = false;            // apply
  std::string sql{};               // query
};

cli::Tool declare(Options& options);
// `name=value`; throws std::invalid_argument.
void add_variable(Variables& variables, const std::string& text);

}  // namespace cdckit::snow_ddl
