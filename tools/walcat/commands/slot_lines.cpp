#include "tools/walcat/commands/slot_lines.hpp"

#include <array>
#include <span>

namespace cdckit::walcat {
namespace {

struct Column {
  int since;  // server version
  const char* sql;
};

constexpr std::array kColumns{
    Column{0, "s.slot_name, s.plugin, s.database, s.temporary, s.active, s.active_pid"},
    Column{170'000, "s.inactive_since"},
    Column{0, "s.wal_status, s.safe_wal_size"},
    Column{170'000, "s.invalidation_reason"},
    Column{160'000, "s.conflicting"},
    Column{0, "s.two_phase"},
    Column{170'000, "s.failover, s.synced"},
    Column{0, "s.restart_lsn, s.confirmed_flush_lsn"},
    Column{0,
           "pg_wal_lsn_diff(w.at, s.restart_lsn) AS retained_bytes, "
           "pg_wal_lsn_diff(w.at, s.confirmed_flush_lsn) AS lag_bytes"},
};

constexpr std::array kDetails{
    Column{0,
           "(SELECT row_to_json(r) FROM (SELECT application_name, client_addr, state, sent_lsn, "
           "flush_lsn, reply_time FROM pg_stat_replication WHERE pid = s.active_pid) r) AS reader"},
    Column{0, "t.total_txns, t.total_bytes, t.spill_txns, t.spill_bytes"},
};

void append_columns(std::string& sql, int version, std::span<const Column> columns) {
  for (const auto& column : columns) {
    if (version < column.since) continue;
    if (!sql.ends_with(' ')) sql += ", ";
    sql += column.sql;
  }
}

}  // namespace

std::string slots_query(int server_version, bool detailed) {
  std::string sql = "SELECT row_to_json(l) AS line FROM (SELECT ";
  append_columns(sql, server_version, kColumns);
  if (detailed) append_columns(sql, server_version, kDetails);
  return sql +
         " FROM pg_replication_slots s CROSS JOIN (SELECT CASE WHEN pg_is_in_recovery() THEN "
         "pg_last_wal_replay_lsn() ELSE pg_current_wal_lsn() END AS at) w"
         " LEFT JOIN pg_stat_replication_slots t USING (slot_name)"
         " WHERE s.slot_type = 'logical' AND ($1 = '' OR s.slot_name = $1) ORDER BY 1) l";
}

std::vector<std::string> read_slot_lines(pg::Connection& connection,
                                         const std::string& slot,
                                         bool detailed) {
  const std::array<pg::Parameter, 1> parameters{pg::Parameter(slot)};
  const auto result =
      connection.query(slots_query(connection.server_version(), detailed), parameters);
  std::vector<std::string> lines;
  for (int row = 0; row < result.rows(); ++row) lines.push_back(result.text(row, 0));
  return lines;
}

}  // namespace cdckit::walcat
