// What a run of the stream is told: the settings of the rooms below, and where it is to end.
#pragma once

#include "common/cli/run_tool.hpp"
#include "tools/walcat/filter/filter_flags.hpp"
#include "tools/walcat/pretty/format_flags.hpp"
#include "tools/walcat/server/settings.hpp"
#include "tools/walcat/snapshot/snapshot_flags.hpp"
#include "tools/walcat/stream/stream_flags.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace cdckit::walcat {

// Where a run ends by itself.
struct RunLimits {
  std::optional<std::uint64_t> until_lsn = {};
  bool until_now = false;
  std::chrono::milliseconds run_for{0};  // 0: no limit
  std::int64_t limit = -1;               // data lines; -1: no limit
};

struct SessionSettings {
  ConnectSettings server = {};
  std::string slot = {};  // empty: a temporary one
  TableChoice tables = {};
  bool create = false;    // missing slot and publication
  bool failover = false;  // a slot made now is one
  FilterOptions filters = {};
  SnapshotOptions snapshot = {};
  StreamOptions stream = {};
  FormatOptions format = {};
  std::string topic_prefix = {};  // empty: the database
  bool transactions = false;
  RunLimits limits = {};
  bool no_ack = false;
  std::chrono::milliseconds ack_timeout{30'000};
};

// What --snapshot says, else by slot and acks.
SnapshotMode snapshot_mode(const SessionSettings& settings, const cli::CommonOptions& common);

}  // namespace cdckit::walcat
