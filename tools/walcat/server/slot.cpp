#include "tools/walcat/server/slot.hpp"

#include "common/base/clock.hpp"
#include "common/base/error.hpp"
#include "common/base/text.hpp"
#include "common/event/position.hpp"
#include "common/log/log.hpp"
#include "tools/walcat/server/blockers.hpp"

#include <algorithm>

namespace cdckit::walcat {
namespace {

using base::ErrorKind;

std::string creation_command(const SlotRequest& request) {
  return "CREATE_REPLICATION_SLOT " + pg::quote_identifier(request.name) +
         (request.temporary ? " TEMPORARY" : "") + " LOGICAL pgoutput (SNAPSHOT " +
         (request.export_snapshot ? "'export'" : "'nothing'") +
         (request.failover ? ", FAILOVER)" : ")");
}

std::string creation_hint(const std::string& sqlstate) {
  if (sqlstate == "55000") return "Set wal_level = logical and restart the server.";
  if (sqlstate == "53400")
    return "Drop a slot that is no longer used, or raise max_replication_slots.";
  if (sqlstate == "42501") return "The role needs the attribute REPLICATION.";
  return "";
}

}  // namespace

// What a version does not have yet is asked for by way of JSON, which has no such member then.
SlotInfo read_slot(pg::Connection& connection, const std::string& name) {
  SlotInfo slot;
  const auto result = connection.query(
      "SELECT confirmed_flush_lsn, plugin, database, wal_status, slot_type, active_pid, "
      "to_jsonb(s)->>'invalidation_reason', to_jsonb(s)->>'failover', "
      "to_jsonb(s)->>'two_phase', catalog_xmin FROM "
      "pg_catalog.pg_replication_slots s WHERE slot_name = " +
      connection.quote_literal(name));
  if (result.rows() == 0) return slot;
  slot.exists = true;
  slot.confirmed = event::parse_lsn(result.at(0, 0)).value_or(0);
  slot.plugin = result.text(0, 1);
  slot.database = result.text(0, 2);
  slot.wal_status = result.text(0, 3);
  slot.type = result.text(0, 4);
  slot.active_pid = result.text(0, 5);
  slot.invalidation_reason = result.text(0, 6);
  slot.failover = result.at(0, 7) == "true";
  slot.two_phase = result.at(0, 8) == "true";
  slot.catalog_xmin = static_cast<std::uint32_t>(base::parse_unsigned(result.at(0, 9)).value_or(0));
  return slot;
}

void require_usable_server(const pg::Connection& connection) {
  const int version = connection.server_version();
  if (version < kOldestVersion) {
    throw base::Error(ErrorKind::unavailable,
                      "could not use database \"" + connection.database() +
                          "\": the server is PostgreSQL " + std::to_string(version / 10'000) +
                          ", walcat reads 15 and newer");
  }
  if (connection.parameter("server_encoding") != "SQL_ASCII") return;
  throw base::Error(ErrorKind::unavailable,
                    "could not use database \"" + connection.database() +
                        "\": its encoding is SQL_ASCII, so nobody knows what its text means",
                    "Move the data to a database with the encoding UTF8 (or any real one).");
}

void require_failover(const pg::Connection& connection) {
  const int version = connection.server_version();
  if (version >= kFailoverVersion) return;
  throw base::Error(ErrorKind::unavailable,
                    "could not make a failover slot: the server is PostgreSQL " +
                        std::to_string(version / 10'000) + ", they begin with 17",
                    "Leave --failover away; after a failover a new snapshot is needed.");
}

namespace {

[[noreturn]] void refuse_busy(const std::string& name,
                              const std::string& action,
                              const std::string& pid) {
  const std::string who = pid.empty() ? "another process" : "process " + pid;
  throw base::Error(
      ErrorKind::temporary,
      "could not " + action + " slot \"" + name + "\": " + who + " is reading it",
      pid.empty() ? "" : "End that first; SELECT pg_terminate_backend(" + pid + ") does.");
}

}  // namespace

void require_kept(const SlotInfo& slot, const std::string& name, const std::string& action) {
  if (slot.wal_status != "lost") return;
  const std::string why =
      slot.invalidation_reason.empty() ? "wal_removed" : slot.invalidation_reason;
  throw base::Error(ErrorKind::unavailable,
                    "could not " + action + " slot \"" + name + "\": it is lost: " + why,
                    "Drop it with walcat drop, remove the ack file and begin with a new snapshot.");
}

void rethrow_for_slot(pg::Connection& connection,
                      const std::string& name,
                      const std::string& action,
                      const pg::ServerError& error) {
  if (error.sqlstate() == "55000") require_kept(read_slot(connection, name), name, action);
  if (error.sqlstate() != "55006") throw pg::ServerError(error);
  refuse_busy(name, action, read_slot(connection, name).active_pid);
}

void require_free(const SlotInfo& slot, const std::string& name) {
  if (!slot.active_pid.empty()) refuse_busy(name, "read", slot.active_pid);
}

ServerState read_server_state(pg::Connection& connection, const std::string& slot) {
  require_usable_server(connection);
  ServerState state;
  const auto identity = connection.query("IDENTIFY_SYSTEM");
  state.id.system_id = identity.text(0, 0);
  state.id.timeline = base::parse_unsigned(identity.at(0, 1)).value_or(0);
  state.id.slot = slot;
  state.id.database = identity.text(0, 3);
  state.wal_end = event::parse_lsn(identity.at(0, 2)).value_or(0);
  if (!slot.empty()) state.slot = read_slot(connection, slot);
  if (state.id.timeline > 1) {
    const auto history = connection.query("TIMELINE_HISTORY " + std::to_string(state.id.timeline));
    state.history = parse_history(history.at(0, 1));
  }
  return state;
}

// `1\t0/3000148\tno recovery target specified`
std::vector<TimelineSwitch> parse_history(std::string_view text) {
  std::vector<TimelineSwitch> history;
  for (const auto& line : base::split(std::string(text), '\n')) {
    const auto words = base::split(line, '\t');
    if (words.size() < 2) continue;
    const auto timeline = base::parse_unsigned(base::trim(words[0]));
    const auto end = event::parse_lsn(base::trim(words[1]));
    if (timeline && end) history.push_back({*timeline, *end});
  }
  return history;
}

NewSlot create_slot(pg::Connection& connection,
                    const SlotRequest& request,
                    signals::StopToken stop) {
  require_usable_server(connection);
  if (request.failover) require_failover(connection);
  BlockerWatch watch(connection.options(), request.name);
  try {
    log::info("creating slot \"" + request.name + "\": waits for all running transactions");
    const auto result =
        connection.query_until_stop(creation_command(request), stop, [&] { watch.tick(); });
    log::write(request.temporary ? log::Level::info : log::Level::warning,
               "made slot \"" + request.name + "\" at " + result.text(0, 1));
    return {event::parse_lsn(result.at(0, 1)).value_or(0), result.text(0, 2)};
  } catch (const pg::ServerError& error) {
    const std::string hint = creation_hint(error.sqlstate());
    if (hint.empty()) throw;
    throw base::Error(error.kind(), error.what(), hint);
  }
}

void drop_slot(pg::Connection& connection, const std::string& name) {
  try {
    connection.execute("SELECT pg_drop_replication_slot(" + connection.quote_literal(name) + ")");
  } catch (const pg::ServerError& error) {
    rethrow_for_slot(connection, name, "drop", error);
  }
}

std::string temporary_slot_name() {
  return "walcat_" + base::to_lower(base::random_id());
}

bool is_slot_name(std::string_view name) {
  return !name.empty() && name.size() <= 63 &&
         std::all_of(name.begin(), name.end(), [](char letter) {
           return (letter >= 'a' && letter <= 'z') || (letter >= '0' && letter <= '9') ||
                  letter == '_';
         });
}

}  // namespace cdckit::walcat
