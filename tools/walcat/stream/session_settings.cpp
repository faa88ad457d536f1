#include "tools/walcat/stream/session_settings.hpp"

#include "common/pipe/proof.hpp"

namespace cdckit::walcat {

SnapshotMode snapshot_mode(const SessionSettings& settings, const cli::CommonOptions& common) {
  if (!settings.filters.wants('r')) return SnapshotMode::never;
  const bool acknowledged = !settings.slot.empty() && !pipe::ack_files(common).empty();
  return settings.snapshot.mode.value_or(acknowledged ? SnapshotMode::initial
                                                      : SnapshotMode::never);
}

}  // namespace cdckit::walcat
