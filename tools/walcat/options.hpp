// walcat's flags: the struct that they fill, the table that declares them, and the checks that need
// no I/O.
#pragma once

#include "common/cli/run_tool.hpp"
#include "common/pipe/proof.hpp"
#include "tools/walcat/commands/digest.hpp"
#include "tools/walcat/commands/slot_flags.hpp"
#include "tools/walcat/debezium/mapping.hpp"
#include "tools/walcat/filter/filter_flags.hpp"
#include "tools/walcat/pretty/format_flags.hpp"
#include "tools/walcat/snapshot/snapshot_flags.hpp"
#include "tools/walcat/stream/stream_flags.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace cdckit::walcat {

inline constexpr const char* kDefaultPublication = "cdckit";

struct Options {
  std::string conninfo;
  std::string slot;
  std::vector<std::string> publications;
  bool create = false;
  std::vector<std::string> tables;
  std::vector<std::string> exclude_tables;
  FilterOptions filters;
  SnapshotOptions snapshot;
  StreamOptions stream;
  std::string encoding = "plain";
  FormatOptions format;
  DebeziumSettings debezium;
  std::string topic_prefix;
  bool transactions = false;
  bool schema_only = false;
  std::optional<std::uint64_t> until_lsn;
  bool until_now = false;
  std::chrono::milliseconds run_for{0};  // 0: no limit
  std::int64_t limit = -1;
  DigestOptions digest;
  SlotCommandOptions slots;
  bool no_ack = false;
  std::chrono::milliseconds ack_timeout{30'000};
  std::chrono::milliseconds retry_for{60'000};
};

cli::Tool declare(Options& options);

// Cross-checks; throw usage with a hint.
void check_connection_options(const Options& options);
void check_stream_options(const Options& options, const cli::CommonOptions& common);
using pipe::ack_files;
using pipe::acks_by_stdout;
SnapshotMode snapshot_mode(const Options& options, const cli::CommonOptions& common);

}  // namespace cdckit::walcat
