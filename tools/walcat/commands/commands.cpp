#include "tools/walcat/commands/commands.hpp"

#include "common/base/error.hpp"
#include "common/base/text.hpp"
#include "common/ndjson/text.hpp"
#include "common/ndjson/writer.hpp"
#include "tools/walcat/server/server.hpp"

#include <array>
#include <unistd.h>

namespace cdckit::walcat {
namespace {

using base::ErrorKind;
using base::ExitCode;

void require_slot(const Options& options, const std::string& command) {
  check_connection_options(options);
  if (!options.slot.empty()) return;
  throw base::Error(ErrorKind::usage, "could not run walcat " + command + ": --slot is missing");
}

void print(const std::string& line) {
  ndjson::Writer(STDOUT_FILENO, ndjson::Writer::Flush::every_line).write(line);
}

constexpr const char* kSlots =
    "SELECT row_to_json(s) FROM (SELECT slot_name, plugin, database, temporary, active, "
    "active_pid, wal_status, "
    "safe_wal_size, restart_lsn, confirmed_flush_lsn, "
    "pg_wal_lsn_diff(CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() ELSE "
    "pg_current_wal_lsn() END, "
    "restart_lsn) AS retained_bytes, "
    "pg_wal_lsn_diff(CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() ELSE "
    "pg_current_wal_lsn() END, "
    "confirmed_flush_lsn) AS lag_bytes FROM pg_replication_slots WHERE slot_type = 'logical' AND "
    "($1 = '' OR slot_name = $1) ORDER BY 1) s";

int print_slots(const Options& options, cli::Context& context) {
  const auto connection = connect(options, false, context.stop());
  const std::array<pg::Parameter, 1> parameters{pg::Parameter(options.slot)};
  const auto result = connection->query(kSlots, parameters);
  for (int row = 0; row < result.rows(); ++row) print(result.text(row, 0));
  return result.rows();
}

[[noreturn]] void refuse_missing(const Options& options) {
  throw base::Error(ErrorKind::unavailable,
                    "could not read slot \"" + options.slot + "\": it does not exist",
                    "walcat slots lists those that do.");
}

}  // namespace

ExitCode run_slots(const Options& options, cli::Context& context) {
  check_connection_options(options);
  (void)print_slots(options, context);
  return ExitCode::done;
}

ExitCode run_status(const Options& options, cli::Context& context) {
  require_slot(options, "status");
  if (print_slots(options, context) == 0) refuse_missing(options);
  return ExitCode::done;
}

ExitCode run_create(const Options& options, cli::Context& context) {
  require_slot(options, "create");
  const TableFilter filter(options.tables, options.exclude_tables);
  std::vector<std::string> names = options.publications;
  if (names.empty()) names.emplace_back(kDefaultPublication);
  const auto connection = connect(options, false, context.stop());
  for (const auto& name : names) Catalog(*connection).create_publication(name, filter);
  const auto replication = connect(options, true, context.stop());
  if (!read_server_state(*replication, options.slot).slot.exists) {
    (void)create_slot(*replication, {.name = options.slot}, context.stop());
  }
  (void)print_slots(options, context);
  return ExitCode::done;
}

ExitCode run_drop(const Options& options, cli::Context& context) {
  require_slot(options, "drop");
  const auto replication = connect(options, true, context.stop());
  if (!read_server_state(*replication, options.slot).slot.exists) refuse_missing(options);
  drop_slot(*replication, options.slot);
  return ExitCode::done;
}

}  // namespace cdckit::walcat
