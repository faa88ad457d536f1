#include "tools/walcat/commands/slot_lines.hpp"

#include "common/base/text.hpp"
#include "common/cli/text_table.hpp"

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

const std::string& fact(const SlotFacts& facts, std::string_view name) {
  static const std::string none;
  const auto found = facts.find(name);
  return found == facts.end() ? none : found->second;
}

// 47.7 MiB of 49985312; what is no number stays as it is.
std::string with_unit(const std::string& bytes) {
  const auto number = base::parse_signed(bytes);
  return number ? cli::human_bytes(*number) : bytes;
}

std::string reader_of(const SlotFacts& facts) {
  const std::string& pid = fact(facts, "active_pid");
  if (!pid.empty()) return "process " + pid;
  const std::string& since = fact(facts, "inactive_since");
  return since.empty() ? "none" : "none since " + since.substr(0, since.find('.'));
}

// reserved, or why it is lost.
std::string wal_of(const SlotFacts& facts) {
  const std::string& reason = fact(facts, "invalidation_reason");
  return fact(facts, "wal_status") + (reason.empty() ? "" : ": " + reason);
}

bool is_bytes(std::string_view name) {
  return name.ends_with("_bytes") || name == "safe_wal_size";
}

}  // namespace

std::string slots_query(int server_version, bool detailed) {
  std::string sql =
      "SELECT l.line, e.key, e.value FROM (SELECT q.slot_name, row_to_json(q) AS line FROM "
      "(SELECT ";
  append_columns(sql, server_version, kColumns);
  if (detailed) append_columns(sql, server_version, kDetails);
  return sql + R"(
    FROM pg_replication_slots s
    CROSS JOIN (SELECT CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn()
                            ELSE pg_current_wal_lsn() END AS at) w
    LEFT JOIN pg_stat_replication_slots t USING (slot_name)
   WHERE s.slot_type = 'logical' AND ($1 = '' OR s.slot_name = $1)) q) l
   CROSS JOIN LATERAL json_each_text(l.line) WITH ORDINALITY e
   ORDER BY l.slot_name, e.ordinality)";
}

SlotView read_slots(pg::Connection& connection, const std::string& slot, bool detailed) {
  const std::array<pg::Parameter, 1> parameters{pg::Parameter(slot)};
  const auto result =
      connection.query(slots_query(connection.server_version(), detailed), parameters);
  SlotView view;
  for (int row = 0; row < result.rows(); ++row) {
    const std::string name = result.text(row, 1);
    if (name == "slot_name") {  // the first member of each
      view.lines.push_back(result.text(row, 0));
      view.facts.emplace_back();
    }
    view.facts.back()[name] = result.text(row, 2);
  }
  return view;
}

std::string slot_table(const SlotView& view) {
  using Align = cli::TextTable::Align;
  cli::TextTable table({{"SLOT"},
                        {"DATABASE"},
                        {"READER"},
                        {"WAL"},
                        {"RETAINED", Align::right},
                        {"LAG", Align::right},
                        {"SAFE", Align::right},
                        {"CONFIRMED", Align::right}});
  for (const SlotFacts& facts : view.facts) {
    const std::string& safe = fact(facts, "safe_wal_size");
    table.add({fact(facts, "slot_name"),
               fact(facts, "database"),
               reader_of(facts),
               wal_of(facts),
               with_unit(fact(facts, "retained_bytes")),
               with_unit(fact(facts, "lag_bytes")),
               safe.empty() ? "no limit" : with_unit(safe),
               fact(facts, "confirmed_flush_lsn")});
  }
  return table.text();
}

std::string detail_table(const SlotView& view) {
  cli::TextTable table({{"NAME"}, {"VALUE"}});
  for (const SlotFacts& facts : view.facts) {
    table.add({"slot_name", fact(facts, "slot_name")});
    for (const auto& [name, value] : facts) {
      if (name != "slot_name") table.add({name, is_bytes(name) ? with_unit(value) : value});
    }
  }
  return table.text();
}

}  // namespace cdckit::walcat
