// Decides how a run begins from what the server, the slot and the ack files say: which position,
// whether a snapshot comes first, or why it must not begin at all. Pure; refusals throw unavailable
// with a hint each. With when_needed a gap is no refusal but the reason of a new snapshot.
#pragma once

#include "common/ack/ack_record.hpp"
#include "tools/walcat/server/slot.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cdckit::walcat {

enum class SnapshotMode { initial, never, only, always, when_needed };

struct StartRequest {
  SnapshotMode snapshot = SnapshotMode::never;
  bool create = false;  // a missing slot may be made
  bool snapshot_new_slot =
      false;  // a slot made now begins with a snapshot, whatever `snapshot` says
  std::optional<std::uint64_t> start = {};  // --start
  bool moves_slot = true;                   // something will be confirmed; else only looked at
};

struct StartPlan {
  bool create_slot = false;
  bool snapshot = false;
  bool snapshot_again = false;  // the slot was there before: another one exports the snapshot
  bool replace_slot = false;    // it is lost: dropped before the new one is made
  std::string reason = {};      // why a snapshot is taken that nobody may expect; empty: none such
  std::uint64_t start = 0;  // of the stream; 0 with create_slot: the new slot's consistent point
};

// Before the initial snapshot was acknowledged to its end, positions carry this prefix.
inline constexpr std::string_view kSnapshotPrefix = "snapshot:";

std::string source_json(const SourceId& id);
// Whether a position of `timeline` is part of the server's past; throws unavailable when it is not.
// `what` has come so far.
void check_timeline(const ServerState& server,
                    std::uint64_t timeline,
                    std::uint64_t position,
                    const std::string& what);
// `slot` of the state is empty for a temporary slot.
StartPlan plan_start(const ServerState& server,
                     const std::vector<std::optional<ack::Record>>& files,
                     const StartRequest& request);

}  // namespace cdckit::walcat
