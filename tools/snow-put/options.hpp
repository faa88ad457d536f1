// What the command line of snow-put says. Declaring and checking do no I/O.
#pragma once

#include "common/cli/flag_table.hpp"
#include "common/retry/retry.hpp"

#include <chrono>
#include <string>
#include <vector>

namespace cdckit::snow_put {

struct Options {
  std::string connection;
  std::string database;
  std::string schema;
  std::vector<std::string> tables;
  std::vector<std::string> table_map;  // SRC=DST
  std::vector<std::string> key;
  std::string layout = "journal";
  std::string evolve;  // add | none; empty: add with --create
  std::string channel_prefix = "cdckit";
  std::chrono::milliseconds max_lag{1000};
  std::chrono::milliseconds merge_every{60'000};  // 0: off
  std::chrono::milliseconds retry_for{60'000};
  bool create = false;
  bool allow_http = false;

  [[nodiscard]] bool adds_columns() const { return evolve.empty() ? create : evolve == "add"; }
  [[nodiscard]] retry::Policy retry_policy() const;
};

cli::Tool declare(Options& options);
// Throws usage. `command` is the subcommand, empty for the tool itself.
void check_options(const Options& options, const std::string& command);

}  // namespace cdckit::snow_put
