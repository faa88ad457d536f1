// The flags about where the stream begins and about transactions that are still running.
#pragma once

#include "common/cli/flag_table.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace cdckit::walcat {

struct StreamOptions {
  std::optional<std::uint64_t> start;
  bool streaming = false;
  std::string spool_folder;  // empty: Spool::default_folder()
};

void add_stream_flags(std::vector<cli::Flag>& into, StreamOptions& options);
// Throw usage.
void check_stream_flags(const StreamOptions& options, bool has_slot);

// What START_REPLICATION is told.
std::string pgoutput_options(const std::vector<std::string>& publications, bool streaming);

}  // namespace cdckit::walcat
