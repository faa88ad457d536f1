#include "tools/walcat/stream/session_settings.hpp"

#include <doctest/doctest.h>

using namespace cdckit;
using namespace cdckit::walcat;

namespace {

cli::CommonOptions with_ack(std::vector<std::string> files) {
  cli::CommonOptions common;
  common.ack = std::move(files);
  return common;
}

}  // namespace

TEST_CASE("the snapshot's default goes by slot and ack") {
  SessionSettings settings;
  CHECK(snapshot_mode(settings, {}) == SnapshotMode::never);
  settings.slot = "s";
  CHECK(snapshot_mode(settings, with_ack({"f"})) == SnapshotMode::initial);
  CHECK(snapshot_mode(settings, with_ack({"stdout"})) == SnapshotMode::never);
  settings.snapshot.mode = SnapshotMode::only;
  CHECK(snapshot_mode(settings, {}) == SnapshotMode::only);
  settings.snapshot.mode = SnapshotMode::never;
  CHECK(snapshot_mode(settings, with_ack({"f"})) == SnapshotMode::never);
  settings.snapshot.mode = SnapshotMode::initial;
  CHECK(snapshot_mode(settings, {}) == SnapshotMode::initial);
  settings.filters.ops.reset(op_index('r'));
  CHECK(snapshot_mode(settings, with_ack({"f"})) == SnapshotMode::never);
}
