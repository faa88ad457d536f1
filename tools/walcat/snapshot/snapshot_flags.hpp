// The flags about snapshots, and what they mean before anything was asked of the server.
#pragma once

#include "common/cli/flag_table.hpp"
#include "tools/walcat/plan/start_plan.hpp"
#include "tools/walcat/snapshot/conditions.hpp"

#include <optional>
#include <vector>

namespace cdckit::walcat {

struct SnapshotOptions {
  std::optional<SnapshotMode> mode;  // nothing: by slot and ack
  std::size_t jobs = 1;
  std::vector<RowCondition> where;
};

void add_snapshot_flags(std::vector<cli::Flag>& into, SnapshotOptions& options);

}  // namespace cdckit::walcat
