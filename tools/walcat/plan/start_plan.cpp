#include "tools/walcat/plan/start_plan.hpp"

#include "common/base/error.hpp"
#include "common/base/text.hpp"
#include "common/event/position.hpp"
#include "common/ndjson/text.hpp"

#include <algorithm>

namespace cdckit::walcat {
namespace {

constexpr const char* kNewFileHint =
    "If that is meant, use --snapshot when-needed or remove the ack file: then a new snapshot is "
    "taken.";

// What a new snapshot heals.
class Gap : public base::Error {
 public:
  Gap(const std::string& why, std::string hint)
      : Error(base::ErrorKind::unavailable, "could not resume: " + why, std::move(hint)),
        why_(why) {}
  [[nodiscard]] const std::string& why() const noexcept { return why_; }

 private:
  std::string why_;
};

[[noreturn]] void refuse(const std::string& why, std::string hint) {
  throw Gap(why, std::move(hint));
}

// Nothing that a snapshot could heal: the slot is not ours to read.
[[noreturn]] void refuse_slot(const std::string& why, std::string hint) {
  throw base::Error(base::ErrorKind::unavailable, "could not resume: " + why, std::move(hint));
}

std::string member(std::string_view object, std::string_view name) {
  const auto token = ndjson::find_member(object, name);
  std::string scratch;
  if (token.size() < 2 || token.front() != '"') return std::string(token);
  return std::string(ndjson::unescape(token, scratch));
}

void check_member(const ack::Record& record, std::string_view name, const std::string& now) {
  const std::string then = member(record.source, name);
  if (then == now) return;
  refuse("the ack file belongs to another " + std::string(name) + " (\"" + then + "\", this is \"" +
             now + "\")",
         kNewFileHint);
}

void check_identity(const ack::Record& record, const SourceId& id) {
  check_member(record, "system_id", id.system_id);
  check_member(record, "database", id.database);
  check_member(record, "slot", id.slot);
}

std::uint64_t timeline_of(const ack::Record& record, const SourceId& id) {
  return base::parse_unsigned(member(record.source, "timeline")).value_or(id.timeline);
}

struct Acknowledged {
  bool snapshot_over = false;  // by all files
  std::uint64_t position = 0;  // the least of all files
};

Acknowledged read_files(const std::vector<std::optional<ack::Record>>& files,
                        const ServerState& server) {
  const SourceId& id = server.id;
  Acknowledged out{.snapshot_over = !files.empty(), .position = ~std::uint64_t{0}};
  for (const auto& file : files) {
    if (file) check_identity(*file, id);
    const bool over = file && !file->pos.starts_with(kSnapshotPrefix);
    const auto lsn = over ? event::parse_lsn(file->pos) : std::nullopt;
    if (over && !lsn)
      refuse("the ack file holds no position of walcat (\"" + file->pos + "\")", kNewFileHint);
    if (lsn) check_timeline(server, timeline_of(*file, id), *lsn, "the ack file");
    out.snapshot_over = out.snapshot_over && over;
    out.position = std::min(out.position, lsn.value_or(0));
  }
  if (!out.snapshot_over) out.position = 0;
  return out;
}

void check_slot_kind(const SlotInfo& slot, const SourceId& id) {
  const std::string name = "slot \"" + id.slot + "\"";
  if (slot.plugin != "pgoutput") {
    refuse_slot(name + " uses the plugin \"" + slot.plugin + "\"",
                "walcat reads slots made with pgoutput.");
  }
  if (slot.database != id.database) {
    refuse_slot(
        name + " belongs to database \"" + slot.database + "\", not \"" + id.database + "\"",
        "Connect to that database with -d.");
  }
  if (slot.two_phase) {
    refuse_slot(name + " sends transactions when they are prepared (two_phase)",
                "Make it without two_phase: then a prepared transaction comes when it commits.");
  }
}

void check_slot_alive(const SlotInfo& slot, const SourceId& id) {
  if (slot.wal_status == "lost") {
    refuse("slot \"" + id.slot + "\" is lost: " +
               (slot.invalidation_reason.empty() || slot.invalidation_reason == "wal_removed"
                    ? "the server has removed WAL that it needs (max_slot_wal_keep_size)"
                    : "the server has invalidated it (" + slot.invalidation_reason + ")"),
           "Use --snapshot when-needed, or drop it with walcat drop, remove the ack file and begin "
           "with a new snapshot.");
  }
}

StartPlan plan_new_slot(const ServerState& server,
                        const Acknowledged& acked,
                        const StartRequest& request) {
  const std::string name = "slot \"" + server.id.slot + "\"";
  if (acked.snapshot_over && !server.history.empty()) {
    refuse(name + " is not on this server, which was promoted to timeline " +
               std::to_string(server.id.timeline) + "; the ack file says that it was read up to " +
               event::lsn_text(acked.position),
           "Only a failover slot (PostgreSQL 17) follows to a standby. Remove the ack file and use "
           "--create, or --snapshot when-needed: then a new snapshot is taken.");
  }
  if (acked.snapshot_over) {
    refuse(name + " is gone, the ack file says that it was read up to " +
               event::lsn_text(acked.position),
           "Changes since then are lost to this stream. Remove the ack file and use --create: then "
           "a new "
           "snapshot is taken.");
  }
  if (!request.create) {
    throw base::Error(base::ErrorKind::unavailable,
                      "could not read " + name + ": it does not exist",
                      "--create makes it, and walcat create too.");
  }
  if (request.start) {
    throw base::Error(base::ErrorKind::unavailable,
                      "could not start at " + event::lsn_text(*request.start) + ": " + name +
                          " does not exist yet",
                      "A new slot begins where the server is now.");
  }
  return {.create_slot = true,
          .snapshot = request.snapshot != SnapshotMode::never || request.snapshot_new_slot};
}

}  // namespace

void check_timeline(const ServerState& server,
                    std::uint64_t timeline,
                    std::uint64_t position,
                    const std::string& what) {
  if (timeline == server.id.timeline) return;
  const auto here = std::to_string(server.id.timeline);
  const auto there = std::to_string(timeline);
  const auto past = std::find_if(server.history.begin(),
                                 server.history.end(),
                                 [&](const auto& entry) { return entry.timeline == timeline; });
  if (past == server.history.end()) {
    refuse(
        what + " is of timeline " + there + ", which is no past of this server's timeline " + here,
        "Another server went on from a common backup, or this one was restored to an earlier "
        "state. " +
            std::string(kNewFileHint));
  }
  if (position > past->end) {
    refuse(what + " is ahead of the server: it has come to " + event::lsn_text(position) +
               " on timeline " + there + ", which this server left at " +
               event::lsn_text(past->end) + " for timeline " + here,
           "A standby was promoted that had not received everything: what the sink has beyond that "
           "position is not in the database. " +
               std::string(kNewFileHint));
  }
}

std::string source_json(const SourceId& id) {
  std::string out = "{\"system_id\":";
  ndjson::append_string(out, id.system_id);
  out += ",\"timeline\":" + std::to_string(id.timeline) + ",\"slot\":";
  ndjson::append_string(out, id.slot);
  out += ",\"database\":";
  ndjson::append_string(out, id.database);
  return out + "}";
}

namespace {

// --start: within what the slot still has, and where something is confirmed without leaving
// anything out.
std::uint64_t chosen_start(const ServerState& server,
                           std::uint64_t expected,
                           const StartRequest& request) {
  const std::uint64_t start = request.start.value_or(expected);
  const std::string here = "could not start at " + event::lsn_text(start) + ": ";
  const std::string slot = "slot \"" + server.id.slot + "\"";
  const auto refuse_start = [&](const std::string& why, std::string hint) {
    throw base::Error(base::ErrorKind::unavailable, here + why, std::move(hint));
  };
  if (start < server.slot.confirmed) {
    refuse_start(slot + " is at " + event::lsn_text(server.slot.confirmed) +
                     ", the server keeps nothing before it",
                 "A slot only moves forward; a new snapshot shows what is there now.");
  }
  if (start > server.wal_end) {
    refuse_start("the server has only come to " + event::lsn_text(server.wal_end),
                 "Was the position taken from another server?");
  }
  if (start > expected && request.moves_slot) {
    refuse_start("what lies between " + event::lsn_text(expected) + " and it would be lost",
                 "Use --no-ack to look only, or walcat advance to skip it for good.");
  }
  return start;
}

StartPlan plan_without_gap(const ServerState& server,
                           const std::vector<std::optional<ack::Record>>& files,
                           const StartRequest& request) {
  if (server.slot.exists) check_slot_kind(server.slot, server.id);
  const Acknowledged acked = read_files(files, server);
  if (!server.slot.exists) return plan_new_slot(server, acked, request);
  check_slot_alive(server.slot, server.id);
  if (acked.position > server.wal_end) {
    refuse("the ack file is ahead of the server (" + event::lsn_text(acked.position) +
               ", the server is at " + event::lsn_text(server.wal_end) + ")",
           "The server has lost what the sink already has, as after a failover or a restore. " +
               std::string(kNewFileHint));
  }
  if (acked.snapshot_over && acked.position < server.slot.confirmed) {
    refuse("the ack file is behind slot \"" + server.id.slot + "\" (" +
               event::lsn_text(acked.position) + ", the slot is at " +
               event::lsn_text(server.slot.confirmed) + ")",
           "Something else has moved the slot; changes between the two are lost to this stream. " +
               std::string(kNewFileHint));
  }
  StartPlan plan;
  plan.start = std::max(server.slot.confirmed, acked.position);
  if (request.start) plan.start = chosen_start(server, plan.start, request);
  if (request.snapshot == SnapshotMode::never) return plan;
  if (!acked.snapshot_over) {
    plan.reason =
        "no ack file says that the snapshot of slot \"" + server.id.slot + "\" was ever finished";
  } else if (request.snapshot == SnapshotMode::always) {
    plan.reason = "--snapshot always asks for one at each start";
  }
  plan.snapshot = plan.snapshot_again = !plan.reason.empty();
  if (plan.snapshot && request.start) {
    throw base::Error(base::ErrorKind::unavailable,
                      "could not start at " + event::lsn_text(*request.start) +
                          ": a snapshot comes first (" + plan.reason + ")",
                      "Use --snapshot never to do without.");
  }
  return plan;
}

// The stream is taken up where the slot stands, or with a new slot; the snapshot covers the rest.
StartPlan plan_anew(const ServerState& server, const std::string& reason) {
  StartPlan plan{.snapshot = true, .reason = reason};
  plan.replace_slot = server.slot.exists && server.slot.wal_status == "lost";
  plan.create_slot = !server.slot.exists || plan.replace_slot;
  plan.snapshot_again = !plan.create_slot;
  if (plan.snapshot_again) plan.start = server.slot.confirmed;
  return plan;
}

}  // namespace

StartPlan plan_start(const ServerState& server,
                     const std::vector<std::optional<ack::Record>>& files,
                     const StartRequest& request) {
  if (server.id.slot.empty()) {
    return {.create_slot = true, .snapshot = request.snapshot != SnapshotMode::never};
  }
  try {
    return plan_without_gap(server, files, request);
  } catch (const Gap& gap) {
    if (request.snapshot != SnapshotMode::when_needed) throw;
    return plan_anew(server, gap.why());
  }
}

}  // namespace cdckit::walcat
