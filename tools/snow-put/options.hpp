// What the command line of snow-put says. Declaring and checking do no I/O.
#pragma once

#include "common/cli/flag_table.hpp"
#include "common/event/unavailable.hpp"
#include "common/retry/retry.hpp"
#include "tools/snow-put/rows/row_encoder.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace cdckit::snow_put {

struct Options {
  std::string connection;
  std::string database;
  std::string schema;
  std::vector<std::string> tables;
  std::string table_format;            // of status and channels
  std::vector<std::string> table_map;  // SRC=DST
  std::vector<std::string> added;      // --add-column COL=TEXT
  std::vector<std::string> columns;    // --column T.COL=TYPE
  std::vector<std::string> key;
  Layout layout = Layout::journal;
  Oversize oversize = Oversize::reject;
  std::string unmapped;         // create | skip | refuse; empty: refuse
  std::string encoding;         // plain | debezium; empty: as the stream says
  std::string binary_handling;  // the connector's binary.handling.mode
  std::string unavailable_value = event::kUnavailable;
  std::string create_template;
  std::string merge_ack;   // merge --ack
  std::string merge_upto;  // merge --upto
  std::string out_folder;  // files --out
  std::uint64_t file_bytes = 100U << 20U;
  std::string token_command;
  std::string ca_file;
  std::int64_t channels = 1;
  std::uint64_t max_rate = 20'000'000;  // 0: no limits
  std::string evolve;                   // add | none; empty: add with --create
  std::string channel_prefix = "cdckit";
  std::chrono::milliseconds max_lag{1000};
  std::chrono::milliseconds merge_every{60'000};  // 0: off
  std::chrono::milliseconds keep{0};              // 0: all of the journal
  std::chrono::milliseconds retry_for{60'000};
  double sample = 1;  // verify: share of the buckets
  bool verify_keys = false;
  bool create = false;
  bool soft_deletes = false;
  bool history = false;
  bool allow_http = false;

  [[nodiscard]] bool adds_columns() const;
  [[nodiscard]] retry::Policy retry_policy() const;
};

cli::Tool declare(Options& options);
// Throws usage. `command` is the subcommand, empty for the tool itself.
void check_options(const Options& options, const std::string& command);

}  // namespace cdckit::snow_put
