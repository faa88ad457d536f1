// Replication slots and the server's identity, asked and made over a replication connection (which
// takes plain SQL too). Throws like pg::Connection.
#pragma once

#include "common/pg/connection.hpp"
#include "common/signals/stop.hpp"

#include <cstdint>
#include <string>

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
  std::string wal_status;  // lost: the WAL it needs is gone
};

struct ServerState {
  SourceId id;
  std::uint64_t wal_end = 0;  // flushed
  SlotInfo slot;
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
};

ServerState read_server_state(pg::Connection& connection, const std::string& slot);
// Waits for all running transactions; a stop ends the wait.
NewSlot create_slot(pg::Connection& connection,
                    const SlotRequest& request,
                    signals::StopToken stop);
void drop_slot(pg::Connection& connection, const std::string& name);
// Name for a temporary slot: letters, digits, underscores.
std::string temporary_slot_name();
bool is_slot_name(std::string_view name);

}  // namespace cdckit::walcat
