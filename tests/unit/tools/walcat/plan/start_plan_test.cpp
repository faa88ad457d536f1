#include "tools/walcat/plan/start_plan.hpp"

#include "common/base/error.hpp"

#include <doctest/doctest.h>

using namespace cdckit;
using namespace cdckit::walcat;

namespace {

ServerState server() {
  ServerState state;
  state.id = {.system_id = "77", .timeline = 1, .slot = "s", .database = "db"};
  state.wal_end = 0x1000;
  state.slot = {.exists = true,
                .confirmed = 0x100,
                .plugin = "pgoutput",
                .database = "db",
                .wal_status = "reserved"};
  return state;
}

std::optional<ack::Record> file(const std::string& pos, const ServerState& state = server()) {
  ack::Record record;
  record.source = source_json(state.id);
  record.pos = pos;
  return record;
}

constexpr StartRequest kInitial{.snapshot = SnapshotMode::initial, .create = true};

std::string refusal(const ServerState& state,
                    const std::vector<std::optional<ack::Record>>& files,
                    const StartRequest& request = kInitial) {
  try {
    (void)plan_start(state, files, request);
  } catch (const base::Error& error) {
    CHECK(error.kind() == base::ErrorKind::unavailable);
    CHECK_FALSE(error.hint().empty());
    return error.what();
  }
  FAIL("not refused");
  return {};
}

bool says(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("the source names system, timeline, slot and database") {
  CHECK(source_json(server().id) ==
        R"({"system_id":"77","timeline":1,"slot":"s","database":"db"})");
}

TEST_CASE("a temporary slot is always new") {
  ServerState state = server();
  state.id.slot.clear();
  state.slot = {};
  CHECK(plan_start(state, {}, {}).create_slot);
  CHECK_FALSE(plan_start(state, {}, {}).snapshot);
  CHECK(plan_start(state, {}, {.snapshot = SnapshotMode::only}).snapshot);
}

TEST_CASE("a missing slot is made on request only") {
  ServerState state = server();
  state.slot = {};
  CHECK(plan_start(state, {std::nullopt}, kInitial).create_slot);
  CHECK(plan_start(state, {std::nullopt}, kInitial).snapshot);
  CHECK_FALSE(plan_start(state, {std::nullopt}, kInitial).snapshot_again);
  CHECK(plan_start(state, {}, {.create = true, .snapshot_new_slot = true}).snapshot);
  CHECK(says(refusal(state, {}, {}), "does not exist"));
  CHECK(says(refusal(state, {file("0000000000000200")}), "is gone"));
  CHECK(plan_start(state, {file("snapshot:0000000000000200")}, kInitial).snapshot);
}

TEST_CASE("the later of slot and file counts, the least of several files") {
  CHECK(plan_start(server(), {file("0000000000000200")}, kInitial).start == 0x200);
  CHECK(
      plan_start(server(), {file("0000000000000300"), file("0000000000000200")}, kInitial).start ==
      0x200);
  CHECK(plan_start(server(), {file("0000000000000100")}, kInitial).start == 0x100);
  CHECK_FALSE(plan_start(server(), {file("0000000000000200")}, kInitial).snapshot);
}

TEST_CASE("a snapshot that no file proves is taken again, the stream begins at the slot") {
  for (const auto& files : std::vector<std::vector<std::optional<ack::Record>>>{
           {std::nullopt},
           {file("snapshot:0000000000000200")},
           {file("0000000000000200"), std::nullopt}}) {
    const auto plan = plan_start(server(), files, kInitial);
    CHECK(plan.snapshot);
    CHECK(plan.snapshot_again);
    CHECK(plan.start == 0x100);
  }
  CHECK_FALSE(plan_start(server(), {std::nullopt}, {}).snapshot);
}

TEST_CASE("a file of another source is refused") {
  for (const std::string member : {"system_id", "slot", "database"}) {
    ServerState other = server();
    if (member == "system_id") other.id.system_id = "78";
    if (member == "slot") other.id.slot = "x";
    if (member == "database") other.id.database = "x";
    CHECK(says(refusal(server(), {file("0000000000000200", other)}), "another " + member));
    CHECK(says(refusal(server(), {file("snapshot:0000000000000200", other)}), "another " + member));
  }
}

TEST_CASE("gaps and lost things are refused, each in its own words") {
  CHECK(says(refusal(server(), {file("0000000000002000")}), "ahead of the server"));
  CHECK(says(refusal(server(), {file("0000000000000080")}), "behind slot"));
  CHECK(says(refusal(server(), {file("offset:1")}), "no position of walcat"));
  ServerState state = server();
  state.slot.wal_status = "lost";
  CHECK(says(refusal(state, {}), "max_slot_wal_keep_size"));
  state.slot.invalidation_reason = "idle_timeout";
  CHECK(says(refusal(state, {}), "invalidated it (idle_timeout)"));
  state.slot.invalidation_reason.clear();
  state = server();
  state.slot.plugin = "wal2json";
  CHECK(says(refusal(state, {}), "wal2json"));
  state = server();
  state.slot.database = "other";
  CHECK(says(refusal(state, {}), "belongs to database"));
}

TEST_CASE("always takes a snapshot at each start, of an old slot too") {
  constexpr StartRequest kAlways{.snapshot = SnapshotMode::always};
  const auto plan = plan_start(server(), {file("0000000000000200")}, kAlways);
  CHECK(plan.snapshot);
  CHECK(plan.snapshot_again);
  CHECK(plan.start == 0x200);
  CHECK(says(plan.reason, "always"));
  CHECK(says(refusal(server(), {file("0000000000002000")}, kAlways), "ahead of the server"));
}

TEST_CASE("when-needed takes a new snapshot where others refuse") {
  constexpr StartRequest kNeeded{.snapshot = SnapshotMode::when_needed};
  CHECK_FALSE(plan_start(server(), {file("0000000000000200")}, kNeeded).snapshot);
  CHECK(plan_start(server(), {std::nullopt}, kNeeded).snapshot);
  for (const std::string pos : {"0000000000002000", "0000000000000080", "offset:1"}) {
    const auto plan = plan_start(server(), {file(pos)}, kNeeded);
    CHECK(plan.snapshot_again);
    CHECK_FALSE(plan.create_slot);
    CHECK(plan.start == 0x100);
    CHECK_FALSE(plan.reason.empty());
  }
  ServerState other = server();
  other.id.system_id = "78";
  CHECK(says(plan_start(server(), {file("0000000000000200", other)}, kNeeded).reason, "system_id"));
}

TEST_CASE("when-needed makes a new slot for one that is gone or lost") {
  constexpr StartRequest kNeeded{.snapshot = SnapshotMode::when_needed};
  ServerState state = server();
  state.slot = {};
  CHECK(says(refusal(state, {std::nullopt}, kNeeded), "does not exist"));
  auto plan = plan_start(state, {file("0000000000000200")}, kNeeded);
  CHECK(plan.create_slot);
  CHECK_FALSE(plan.replace_slot);
  CHECK_FALSE(plan.snapshot_again);
  state = server();
  state.slot.wal_status = "lost";
  plan = plan_start(state, {file("0000000000000200")}, kNeeded);
  CHECK(plan.create_slot);
  CHECK(plan.replace_slot);
  state.slot.plugin = "test_decoding";
  CHECK(says(refusal(state, {file("0000000000000200")}, kNeeded), "plugin"));
}

TEST_CASE("after a promotion the history of timelines decides") {
  ServerState promoted = server();
  promoted.id.timeline = 3;
  promoted.history = {{1, 0x200}, {2, 0x300}};
  const auto at = [](std::uint64_t timeline, const std::string& pos) {
    ServerState then = server();
    then.id.timeline = timeline;
    return std::vector<std::optional<ack::Record>>{file(pos, then)};
  };
  CHECK(plan_start(promoted, at(1, "0000000000000200"), kInitial).start == 0x200);
  CHECK(plan_start(promoted, at(2, "0000000000000280"), kInitial).start == 0x280);
  CHECK(plan_start(promoted, at(3, "0000000000000400"), kInitial).start == 0x400);
  CHECK(says(refusal(promoted, at(1, "0000000000000201")), "which this server left at 0/200"));
  CHECK(says(refusal(promoted, at(4, "0000000000000200")), "no past of this server"));
  CHECK(says(refusal(server(), at(2, "0000000000000200")), "no past of this server"));
  // what a snapshot has not finished proves nothing, on whatever timeline
  CHECK(plan_start(promoted, at(4, "snapshot:0000000000000200"), kInitial).snapshot);
  promoted.slot = {};
  CHECK(says(refusal(promoted, at(1, "0000000000000200")), "promoted to timeline 3"));
}

TEST_CASE(
    "--start stays within what the slot has, and leaves nothing out that would be confirmed") {
  const auto request = [](std::uint64_t start, bool moves_slot) {
    return StartRequest{.start = start, .moves_slot = moves_slot};
  };
  CHECK(plan_start(server(), {}, request(0x100, true)).start == 0x100);
  CHECK(plan_start(server(), {file("0000000000000200")}, request(0x180, true)).start == 0x180);
  CHECK(plan_start(server(), {}, request(0x300, false)).start == 0x300);
  CHECK(says(refusal(server(), {}, request(0x80, false)), "slot \"s\" is at 0/100"));
  CHECK(says(refusal(server(), {}, request(0x2000, false)), "only come to 0/1000"));
  CHECK(says(refusal(server(), {}, request(0x300, true)), "would be lost"));
  CHECK(says(refusal(server(), {file("0000000000000200")}, request(0x201, true)), "would be lost"));
  StartRequest both = kInitial;
  both.start = 0x100;
  CHECK(says(refusal(server(), {std::nullopt}, both), "a snapshot comes first"));
  ServerState state = server();
  state.slot = {};
  CHECK(says(refusal(state, {std::nullopt}, both), "does not exist yet"));
}

TEST_CASE("a slot with two_phase is refused") {
  ServerState state = server();
  state.slot.two_phase = true;
  CHECK(says(refusal(state, {}), "two_phase"));
}
