// Flags of the commands on slots: slots, status, create, drop, advance, peek.
#pragma once

#include "common/cli/flag_table.hpp"
#include "tools/walcat/server/settings.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace cdckit::walcat {

struct SlotCommandOptions {
  std::chrono::milliseconds watch{0};  // 0: once
  std::optional<std::uint64_t> to;
  bool to_now = false;
  bool if_exists = false;
  bool summary = false;
};

// What a command on a slot is about.
struct SlotTask {
  const ConnectSettings& server;
  const std::string& slot;
  const TableChoice& tables;  // of the publication that create makes
  bool failover = false;      // create
  const SlotCommandOptions& flags;
  const std::string& format;  // --format as given
};

void add_watch_flag(std::vector<cli::Flag>& into, SlotCommandOptions& options);
void add_failover_flag(std::vector<cli::Flag>& into, bool& failover);
void add_drop_flags(std::vector<cli::Flag>& into, SlotCommandOptions& options);
void add_advance_flags(std::vector<cli::Flag>& into, SlotCommandOptions& options);
void add_summary_flag(std::vector<cli::Flag>& into, SlotCommandOptions& options);
// A position in every notation that walcat prints: 0/16B3748, 00000000016B3748, or the whole `pos`
// of a line, which stands for the commit in it. Throws std::invalid_argument.
std::uint64_t parse_position_flag(const std::string& text);
// Throws usage unless exactly one of the two ways to name the position was given.
void check_advance_options(const SlotCommandOptions& options);

}  // namespace cdckit::walcat
