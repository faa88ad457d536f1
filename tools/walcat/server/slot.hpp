// Replication slots and the server's identity, asked and made over a replication connection (which
// takes plain SQL too). Throws like pg::Connection.
#pragma once

#include "common/pg/connection.hpp"
#include "common/signals/stop.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace cdckit::walcat {

// Names the stream of changes: `source` of hello and of the ack files.
struct SourceId {
  std::string system_id;
  std::uint64_t timeline = 0;
  std::string slot;
  std::string database;
};

struct SlotInfo {
  bool exists = false;
  std::uint64_t confirmed = 0;
  std::string plugin;
  std::string database;
  std::string wal_status;                // lost: the WAL it needs is gone
  std::string type = "logical";          // or physical: a standby's
  std::string invalidation_reason = {};  // 17 and newer
  std::string active_pid = {};           // empty: nobody reads it
  bool failover = false;                 // kept on standbys too, 17 and newer
  bool two_phase = false;                // transactions are sent when they are prepared
  std::uint32_t catalog_xmin = 0;        // what the catalogs hold since then has a history
};

// Where a server left an earlier timeline, as after a promotion.
struct TimelineSwitch {
  std::uint64_t timeline = 0;
  std::uint64_t end = 0;  // what lies behind it was never part of the server's present
};

struct ServerState {
  SourceId id;
  std::uint64_t wal_end = 0;  // flushed
  SlotInfo slot;
  std::vector<TimelineSwitch> history = {};  // of the timelines before this one
};

struct NewSlot {
  std::uint64_t consistent_point = 0;
  std::string
      snapshot;  // exported until the next command on the connection; empty unless asked for
};

struct SlotRequest {
  std::string name;
  bool temporary = false;
  bool export_snapshot = false;
  bool failover = false;  // 17 and newer, see require_failover
};

// pg_publication_tables tells columns and row filters since then.
inline constexpr int kOldestVersion = 150'000;
inline constexpr int kFailoverVersion = 170'000;

SlotInfo read_slot(pg::Connection& connection, const std::string& name);
// Throws unavailable for a server that is too old, and for an SQL_ASCII database: text of unknown
// encoding cannot become JSON.
void require_usable_server(const pg::Connection& connection);
// Throws unavailable when the server is too old for failover slots.
void require_failover(const pg::Connection& connection);
// Throws unavailable when the WAL that the slot needs is gone.
void require_kept(const SlotInfo& slot, const std::string& name, const std::string& action);
// Throws temporary, naming the process, when the server said that the slot is being read,
// unavailable when the slot was lost meanwhile; else `error` as it is.
[[noreturn]] void rethrow_for_slot(pg::Connection& connection,
                                   const std::string& name,
                                   const std::string& action,
                                   const pg::ServerError& error);
// Throws the same when somebody reads the slot.
void require_free(const SlotInfo& slot, const std::string& name);
// The lines of a timeline history file.
std::vector<TimelineSwitch> parse_history(std::string_view text);
ServerState read_server_state(pg::Connection& connection, const std::string& slot);
// Waits for all running transactions, naming them when that takes long; a stop ends the wait.
NewSlot create_slot(pg::Connection& connection,
                    const SlotRequest& request,
                    signals::StopToken stop);
void drop_slot(pg::Connection& connection, const std::string& name);
// Name for a temporary slot: letters, digits, underscores.
std::string temporary_slot_name();
bool is_slot_name(std::string_view name);

}  // namespace cdckit::walcat
