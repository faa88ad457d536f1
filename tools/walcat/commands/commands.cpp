#include "tools/walcat/commands/commands.hpp"

#include "common/base/error.hpp"
#include "common/base/text.hpp"
#include "common/cli/text_table.hpp"
#include "common/event/position.hpp"
#include "common/log/log.hpp"
#include "common/ndjson/text.hpp"
#include "tools/walcat/commands/slot_printer.hpp"
#include "tools/walcat/plan/start_plan.hpp"
#include "tools/walcat/server/publication.hpp"
#include "tools/walcat/server/server.hpp"

#include <array>
#include <unistd.h>

namespace cdckit::walcat {
namespace {

using base::ErrorKind;
using base::ExitCode;

void require_slot(const SlotTask& task, const std::string& command) {
  check_source(task.server, task.slot);
  if (!task.slot.empty()) return;
  throw base::Error(ErrorKind::usage, "could not run walcat " + command + ": --slot is missing");
}

// The slot as it is; refuses what walcat must keep its hands off.
SlotInfo require_logical_slot(pg::Connection& connection, const SlotTask& task) {
  SlotInfo slot = read_slot(connection, task.slot);
  if (!slot.exists) refuse_missing_slot(connection, task.slot);
  if (slot.type == "logical") return slot;
  throw base::Error(ErrorKind::unavailable,
                    "could not use slot \"" + task.slot + "\": it is a physical one",
                    "It belongs to a standby or a backup; walcat leaves it alone.");
}

// A slot that is there already only gets what it lacks.
void complete_slot(pg::Connection& replication, const SlotTask& task, const SlotInfo& slot) {
  if (!task.failover || slot.failover) return;
  require_failover(replication);
  try {
    replication.execute("ALTER_REPLICATION_SLOT " + pg::quote_identifier(task.slot) +
                        " (FAILOVER true)");
  } catch (const pg::ServerError& error) {
    rethrow_for_slot(replication, task.slot, "alter", error);
  }
  log::info("slot \"" + task.slot + "\" is a failover slot now");
}

void make_slot(pg::Connection& replication, const SlotTask& task, signals::StopToken stop) {
  const ServerState server = read_server_state(replication, task.slot);
  // the checks that a stream on it would make
  const StartPlan plan = plan_start(server, {}, {.create = true});
  if (!plan.create_slot) return complete_slot(replication, task, server.slot);
  (void)create_slot(replication, {.name = task.slot, .failover = task.failover}, stop);
}

std::uint64_t wal_end(pg::Connection& connection) {
  const auto now = connection.query("SELECT pg_current_wal_flush_lsn()");
  return event::parse_lsn(now.at(0, 0)).value_or(0);
}

// Where the slot is to go; the server would cut a position ahead of it without a word.
std::uint64_t advance_target(pg::Connection& connection,
                             const SlotTask& task,
                             const SlotInfo& slot) {
  const std::uint64_t end = wal_end(connection);
  const std::uint64_t to = task.flags.to.value_or(end);
  const auto refuse = [&](const std::string& why, const std::string& hint) {
    throw base::Error(
        ErrorKind::unavailable,
        "could not advance slot \"" + task.slot + "\" to " + event::lsn_text(to) + ": " + why,
        hint);
  };
  if (to > end) refuse("the server's WAL ends at " + event::lsn_text(end), "");
  if (to < slot.confirmed) {
    refuse("it is at " + event::lsn_text(slot.confirmed) + " already",
           "A slot never goes back: what was confirmed is gone.");
  }
  return to;
}

void advance_slot(pg::Connection& connection,
                  const SlotTask& task,
                  std::uint64_t to,
                  signals::StopToken stop) {
  try {
    (void)connection.query_until_stop("SELECT pg_replication_slot_advance(" +
                                          connection.quote_literal(task.slot) + ", '" +
                                          event::lsn_text(to) + "')",
                                      stop);
  } catch (const pg::ServerError& error) {
    rethrow_for_slot(connection, task.slot, "advance", error);
  }
}

std::string restart_lsn(pg::Connection& connection, const std::string& slot) {
  const std::array<pg::Parameter, 1> parameters{pg::Parameter(slot)};
  const auto found = connection.query(
      "SELECT restart_lsn FROM pg_replication_slots WHERE slot_name = $1", parameters);
  return found.rows() == 0 ? "" : found.text(0, 0);
}

// The server learns while it decodes from where it would have to decode again, and lets go of what
// lies before that with the next step only.
void tell_kept_wal(pg::Connection& connection, const std::string& slot, const std::string& before) {
  constexpr std::int64_t kLittle = 64 << 10;
  const std::string kept_from = restart_lsn(connection, slot);
  const std::array<pg::Parameter, 1> parameters{pg::Parameter(kept_from)};
  const auto kept = connection.query(
      "SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), $1::pg_lsn)::bigint", parameters);
  const auto bytes = base::parse_signed(kept.at(0, 0)).value_or(0);
  if (kept_from != before || bytes < kLittle) return;
  log::warning("slot \"" + slot + "\" still keeps " + cli::human_bytes(bytes) + " of WAL on disk",
               {},
               "Run the same command again: the server lets go of it with a second step, and "
               "removes the files at its next checkpoint.");
}

void print_drop(const SlotTask& task, const std::string& confirmed) {
  const bool dropped = !confirmed.empty();
  std::string line;
  if (cli::wants_table(task.format)) {
    line = dropped ? "dropped slot " + task.slot + ", which was at " + confirmed
                   : "there is no slot " + task.slot;
  } else {
    line = "{\"slot_name\":";
    ndjson::append_string(line, task.slot);
    line += dropped ? ",\"dropped\":true,\"confirmed_flush_lsn\":\"" + confirmed + "\"}"
                    : ",\"dropped\":false,\"confirmed_flush_lsn\":null}";
  }
  ndjson::Writer(STDOUT_FILENO, ndjson::Writer::Flush::every_line).write(line);
}

}  // namespace

ExitCode run_slots(const SlotTask& task, cli::Context& context) {
  check_source(task.server, task.slot);
  return SlotPrinter(task, context, false).run();
}

ExitCode run_status(const SlotTask& task, cli::Context& context) {
  require_slot(task, "status");
  return SlotPrinter(task, context, true).run();
}

ExitCode run_create(const SlotTask& task, cli::Context& context) {
  require_slot(task, "create");
  std::vector<std::string> names = task.tables.publications;
  if (names.empty()) names.emplace_back(kDefaultPublication);
  const auto connection = connect(task.server, false, context.stop());
  // what cannot be done is found out before anything is made
  require_usable_server(*connection);
  if (task.failover) require_failover(*connection);
  make_publications(*connection, names, task.tables.filter());
  const auto replication = connect(task.server, true, context.stop());
  make_slot(*replication, task, context.stop());
  return SlotPrinter(task, context, false).run();
}

ExitCode run_drop(const SlotTask& task, cli::Context& context) {
  require_slot(task, "drop");
  const auto connection = connect(task.server, false, context.stop());
  if (task.flags.if_exists && !read_slot(*connection, task.slot).exists) {
    print_drop(task, "");
    return ExitCode::done;
  }
  const SlotInfo slot = require_logical_slot(*connection, task);
  drop_slot(*connection, task.slot);
  print_drop(task, event::lsn_text(slot.confirmed));
  return ExitCode::done;
}

ExitCode run_advance(const SlotTask& task, cli::Context& context) {
  require_slot(task, "advance");
  check_advance_options(task.flags);
  const auto connection = connect(task.server, false, context.stop());
  const SlotInfo slot = require_logical_slot(*connection, task);
  require_kept(slot, task.slot, "advance");
  const std::uint64_t to = advance_target(*connection, task, slot);
  const std::string kept_from = restart_lsn(*connection, task.slot);
  advance_slot(*connection, task, to, context.stop());
  if (to > slot.confirmed) {
    log::warning("slot \"" + task.slot + "\" went from " + event::lsn_text(slot.confirmed) +
                 " to " + event::lsn_text(to) + ": changes committed between the two (" +
                 cli::human_bytes(static_cast<std::int64_t>(to - slot.confirmed)) +
                 " of WAL) will not be printed by any later run");
  }
  tell_kept_wal(*connection, task.slot, kept_from);
  return SlotPrinter(task, context, false).run();
}

}  // namespace cdckit::walcat
