#include "tools/walcat/snapshot/snapshot_flags.hpp"

#include <array>
#include <string_view>
#include <utility>

namespace cdckit::walcat {
namespace {

constexpr std::array<std::pair<std::string_view, SnapshotMode>, 5> kModes{{
    {"initial", SnapshotMode::initial},
    {"never", SnapshotMode::never},
    {"only", SnapshotMode::only},
    {"always", SnapshotMode::always},
    {"when-needed", SnapshotMode::when_needed},
}};

void add_mode(cli::FlagTable& table, SnapshotOptions& options) {
  cli::Flag& flag = table.custom(
      "snapshot",
      "initial|never|only|always|when-needed",
      [&options](const std::string& word) {
        for (const auto& [name, mode] : kModes) {
          if (name == word) options.mode = mode;
        }
      },
      "Read the tables first, until one snapshot was acknowledged to its end; never; only that; at "
      "each start; or as initial and also when the slot is gone or lost or the ack file does not "
      "fit it. Default: initial with --slot and --ack, else never.");
  for (const auto& [name, mode] : kModes) flag.choices.emplace_back(name);
}

}  // namespace

void add_snapshot_flags(std::vector<cli::Flag>& into, SnapshotOptions& options) {
  cli::FlagTable table("Snapshot");
  add_mode(table, options);
  into.insert(into.end(), table.flags.begin(), table.flags.end());
}

}  // namespace cdckit::walcat
