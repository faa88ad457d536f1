#include "tools/walcat/snapshot/snapshot_flags.hpp"

#include "common/base/text.hpp"

#include <stdexcept>

namespace cdckit::walcat {
namespace {

constexpr std::size_t kMostJobs = 64;

void add_mode(cli::FlagTable& table, SnapshotOptions& options) {
  table.choice(
      "snapshot",
      {{"initial", SnapshotMode::initial},
       {"never", SnapshotMode::never},
       {"only", SnapshotMode::only},
       {"always", SnapshotMode::always},
       {"when-needed", SnapshotMode::when_needed}},
      options.mode,
      "Read the tables first, until one snapshot was acknowledged to its end; never; only that; at "
      "each start; or as initial and also when the slot is gone or lost or the ack file does not "
      "fit it. Default: initial with --slot and --ack, else never.");
}

void add_jobs(cli::FlagTable& table, SnapshotOptions& options) {
  cli::Flag& flag = table.custom(
      "jobs,j",
      "N",
      [&options](const std::string& text) {
        const auto jobs = base::parse_unsigned(text);
        if (!jobs || *jobs < 1 || *jobs > kMostJobs) throw std::invalid_argument("1 to 64");
        options.jobs = *jobs;
      },
      "Connections that read the tables of a snapshot side by side; large tables are cut.");
  flag.fallback = std::to_string(options.jobs);
}

void add_where(cli::FlagTable& table, SnapshotOptions& options) {
  cli::Flag& flag = table.custom(
      "where",
      "TABLE=CONDITION",
      [&options](const std::string& text) { options.where.push_back(parse_condition(text)); },
      "Only these rows of a table in a snapshot (SQL). The stream does not look at it.");
  flag.repeatable = true;
}

}  // namespace

void add_snapshot_flags(std::vector<cli::Flag>& into, SnapshotOptions& options) {
  cli::FlagTable table("Snapshot");
  add_mode(table, options);
  add_jobs(table, options);
  add_where(table, options);
  into.insert(into.end(), table.flags.begin(), table.flags.end());
}

}  // namespace cdckit::walcat
