// Flags of the commands on slots: slots, status, create, advance.
#pragma once

#include "common/cli/flag_table.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <vector>

namespace cdckit::walcat {

struct SlotCommandOptions {
  std::chrono::milliseconds watch{0};  // 0: once
  bool failover = false;
  std::optional<std::uint64_t> to;
  bool to_now = false;
};

void add_watch_flag(std::vector<cli::Flag>& into, SlotCommandOptions& options);
void add_failover_flag(std::vector<cli::Flag>& into, SlotCommandOptions& options);
void add_advance_flags(std::vector<cli::Flag>& into, SlotCommandOptions& options);
// Throws usage unless exactly one of the two ways to name the position was given.
void check_advance_options(const SlotCommandOptions& options);

}  // namespace cdckit::walcat
