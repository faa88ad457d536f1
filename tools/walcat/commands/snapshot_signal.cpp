#include "tools/walcat/commands/snapshot_signal.hpp"

#include "common/base/error.hpp"
#include "common/log/log.hpp"
#include "common/ndjson/text.hpp"
#include "common/ndjson/writer.hpp"
#include "tools/walcat/server/lock_watch.hpp"
#include "tools/walcat/server/server.hpp"
#include "tools/walcat/snapshot/chunk_reader.hpp"

#include <algorithm>
#include <array>
#include <unistd.h>

namespace cdckit::walcat {
namespace {

using base::ErrorKind;

constexpr const char* kTables = R"(
  SELECT DISTINCT p.schemaname, p.tablename,
         EXISTS (SELECT FROM pg_index i
                  WHERE i.indrelid = c.oid AND (i.indisprimary OR i.indisreplident))
    FROM pg_publication_tables p
    JOIN pg_namespace n ON n.nspname = p.schemaname
    JOIN pg_class c ON c.relname = p.tablename AND c.relnamespace = n.oid ORDER BY 1, 2)";

[[noreturn]] void refuse(const std::string& name, const std::string& why, const std::string& hint) {
  throw base::Error(
      ErrorKind::unavailable, "could not read table \"" + name + "\" again: " + why, hint);
}

std::vector<std::string> choose_tables(pg::Connection& connection,
                                       const std::vector<std::string>& globs) {
  const auto result = connection.query(kTables);
  std::vector<std::string> tables;
  for (const auto& glob : globs) {
    const TableFilter filter({glob}, {});
    bool found = false;
    for (int row = 0; row < result.rows(); ++row) {
      if (!filter.selects(result.at(row, 0), result.at(row, 1))) continue;
      found = true;
      const std::string name = table_text(result.at(row, 0), result.at(row, 1));
      if (result.at(row, 2) != "t") {
        refuse(name, "it has no key to go by", "A primary key, or REPLICA IDENTITY USING INDEX.");
      }
      if (std::find(tables.begin(), tables.end(), name) == tables.end()) tables.push_back(name);
    }
    if (!found) refuse(glob, "no publication has it", "");
  }
  return tables;
}

// A table that is locked is waited for as a server that is away.
std::vector<std::string> wait_for_tables(pg::Connection& connection,
                                         const ConnectSettings& server,
                                         const std::vector<std::string>& globs,
                                         signals::StopToken stop) {
  connection.execute("SET lock_timeout = " +
                     std::to_string(std::max<std::int64_t>(server.retry_for.count(), 1)));
  const LockWatch watch(connection, stop);
  try {
    return choose_tables(connection, globs);
  } catch (const pg::ServerError& error) {
    if (error.sqlstate() != "55P03") throw;
    throw base::Error(
        ErrorKind::temporary,
        "could not ask for a snapshot within --retry-for: the server waits for " +
            (watch.seen().empty() ? "a published table, which is locked" : watch.seen()),
        "SELECT pg_terminate_backend(PID) ends a process.");
  }
}

bool slot_is_read(pg::Connection& connection, const std::string& slot) {
  const std::array<pg::Parameter, 1> parameters{pg::Parameter(slot)};
  const auto found = connection.query(
      "SELECT active FROM pg_replication_slots WHERE slot_name = $1 AND database = "
      "current_database()",
      parameters);
  if (found.rows() == 0) {
    throw base::Error(ErrorKind::unavailable,
                      "could not ask for a snapshot: slot \"" + slot + "\" does not exist",
                      "walcat slots lists those that do.");
  }
  return found.at(0, 0) == "t";
}

}  // namespace

base::ExitCode run_snapshot_signal(const ConnectSettings& server,
                                   const std::string& slot,
                                   const std::vector<std::string>& tables,
                                   cli::Context& context) {
  check_source(server, slot);
  if (slot.empty())
    throw base::Error(ErrorKind::usage, "could not run walcat snapshot: --slot is missing");
  const auto connection = connect(server, false, context.stop());
  if (!slot_is_read(*connection, slot)) {
    log::warning("nothing reads slot \"" + slot + "\" now: the snapshot begins when a " +
                 "walcat does");
  }
  IncrementalState request;
  request.slot = slot;
  request.tables = wait_for_tables(*connection, server, tables, context.stop());
  send_signal(*connection, request);
  std::string line = R"({"slot":)";
  ndjson::append_string(line, slot);
  line += ",\"tables\":[";
  for (const auto& table : request.tables) {
    if (&table != request.tables.data()) line += ',';
    ndjson::append_string(line, table);
  }
  ndjson::Writer(STDOUT_FILENO, ndjson::Writer::Flush::every_line).write(line + "]}");
  return base::ExitCode::done;
}

}  // namespace cdckit::walcat
