#include "tools/walcat/server/slot.hpp"

#include "common/base/clock.hpp"
#include "common/base/error.hpp"
#include "common/base/text.hpp"
#include "common/event/position.hpp"
#include "common/log/log.hpp"

#include <algorithm>

namespace cdckit::walcat {
namespace {

SlotInfo read_slot(pg::Connection& connection, const std::string& name) {
  SlotInfo slot;
  const auto result = connection.query(
      "SELECT confirmed_flush_lsn, plugin, database, wal_status FROM "
      "pg_catalog.pg_replication_slots "
      "WHERE slot_name = " +
      connection.quote_literal(name));
  if (result.rows() == 0) return slot;
  slot.exists = true;
  slot.confirmed = event::parse_lsn(result.at(0, 0)).value_or(0);
  slot.plugin = result.text(0, 1);
  slot.database = result.text(0, 2);
  slot.wal_status = result.text(0, 3);
  return slot;
}

std::string creation_hint(const std::string& sqlstate) {
  if (sqlstate == "55000") return "Set wal_level = logical and restart the server.";
  if (sqlstate == "53400")
    return "Drop a slot that is no longer used, or raise max_replication_slots.";
  if (sqlstate == "42501") return "The role needs the attribute REPLICATION.";
  return "";
}

}  // namespace

ServerState read_server_state(pg::Connection& connection, const std::string& slot) {
  ServerState state;
  const auto identity = connection.query("IDENTIFY_SYSTEM");
  state.id.system_id = identity.text(0, 0);
  state.id.timeline = base::parse_unsigned(identity.at(0, 1)).value_or(0);
  state.id.slot = slot;
  state.id.database = identity.text(0, 3);
  state.wal_end = event::parse_lsn(identity.at(0, 2)).value_or(0);
  if (!slot.empty()) state.slot = read_slot(connection, slot);
  return state;
}

NewSlot create_slot(pg::Connection& connection,
                    const SlotRequest& request,
                    signals::StopToken stop) {
  // the keywords without parentheses are understood by every version
  const std::string sql = "CREATE_REPLICATION_SLOT " + pg::quote_identifier(request.name) +
                          (request.temporary ? " TEMPORARY" : "") + " LOGICAL pgoutput " +
                          (request.export_snapshot ? "EXPORT_SNAPSHOT" : "NOEXPORT_SNAPSHOT");
  try {
    log::info("creating slot \"" + request.name + "\": waits for all running transactions");
    const auto result = connection.query_until_stop(sql, stop);
    log::info("created slot \"" + request.name + "\" at " + result.text(0, 1));
    return {event::parse_lsn(result.at(0, 1)).value_or(0), result.text(0, 2)};
  } catch (const pg::ServerError& error) {
    const std::string hint = creation_hint(error.sqlstate());
    if (hint.empty()) throw;
    throw base::Error(error.kind(), error.what(), hint);
  }
}

void drop_slot(pg::Connection& connection, const std::string& name) {
  connection.execute("DROP_REPLICATION_SLOT " + pg::quote_identifier(name));
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
