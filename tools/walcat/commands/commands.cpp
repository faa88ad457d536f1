#include "tools/walcat/commands/commands.hpp"

#include "common/base/clock.hpp"
#include "common/base/error.hpp"
#include "common/event/position.hpp"
#include "common/log/log.hpp"
#include "common/ndjson/writer.hpp"
#include "tools/walcat/commands/slot_lines.hpp"
#include "tools/walcat/server/server.hpp"

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

[[noreturn]] void refuse_missing(const Options& options) {
  throw base::Error(ErrorKind::unavailable,
                    "could not read slot \"" + options.slot + "\": it does not exist",
                    "walcat slots lists those that do.");
}

// The slot as it is; refuses what walcat must keep its hands off.
SlotInfo require_logical_slot(pg::Connection& connection, const Options& options) {
  SlotInfo slot = read_slot(connection, options.slot);
  if (!slot.exists) refuse_missing(options);
  if (slot.type == "logical") return slot;
  throw base::Error(ErrorKind::unavailable,
                    "could not use slot \"" + options.slot + "\": it is a physical one",
                    "It belongs to a standby or a backup; walcat leaves it alone.");
}

// Prints the slots again and again until a stop.
class SlotPrinter {
 public:
  SlotPrinter(const Options& options, cli::Context& context, bool detailed)
      : options_(options), context_(context), detailed_(detailed) {}

  ExitCode run() {
    do {
      const auto lines = read();
      if (lines.empty() && !options_.slot.empty()) refuse_missing(options_);
      print(lines);
    } while (options_.slots.watch.count() > 0 && !context_.stop().sleep_for(options_.slots.watch));
    return ExitCode::done;
  }

 private:
  // A connection that was lost meanwhile is made anew.
  std::vector<std::string> read() {
    const bool was_open = connection_ != nullptr;
    if (!was_open) connection_ = connect(options_, false, context_.stop());
    try {
      return read_slot_lines(*connection_, options_.slot, detailed_);
    } catch (const base::Error& error) {
      if (!was_open || !error.retryable()) throw;
    }
    connection_ = connect(options_, false, context_.stop());
    return read_slot_lines(*connection_, options_.slot, detailed_);
  }

  void print(const std::vector<std::string>& lines) {
    const std::string time = "{\"ts_ms\":" + std::to_string(base::unix_milliseconds()) + ",";
    for (const auto& line : lines) {
      out_.write(options_.slots.watch.count() > 0 ? time + line.substr(1) : line);
    }
  }

  const Options& options_;
  cli::Context& context_;
  bool detailed_;
  std::unique_ptr<pg::Connection> connection_;
  ndjson::Writer out_{STDOUT_FILENO, ndjson::Writer::Flush::every_line};
};

// A slot that is there already only gets what it lacks.
void complete_slot(pg::Connection& replication, const Options& options, const SlotInfo& slot) {
  if (!options.slots.failover || slot.failover) return;
  require_failover(replication);
  try {
    replication.execute("ALTER_REPLICATION_SLOT " + pg::quote_identifier(options.slot) +
                        " (FAILOVER true)");
  } catch (const pg::ServerError& error) {
    rethrow_for_slot(replication, options.slot, "alter", error);
  }
  log::info("slot \"" + options.slot + "\" is a failover slot now");
}

void make_slot(pg::Connection& replication, const Options& options, signals::StopToken stop) {
  const ServerState server = read_server_state(replication, options.slot);
  // the checks that a stream on it would make
  const StartPlan plan = plan_start(server, {}, {.create = true});
  if (!plan.create_slot) return complete_slot(replication, options, server.slot);
  (void)create_slot(replication, {.name = options.slot, .failover = options.slots.failover}, stop);
}

std::uint64_t wal_end(pg::Connection& connection) {
  const auto now = connection.query("SELECT pg_current_wal_flush_lsn()");
  return event::parse_lsn(now.at(0, 0)).value_or(0);
}

// Where the slot is to go; the server would cut a position ahead of it without a word.
std::uint64_t advance_target(pg::Connection& connection,
                             const Options& options,
                             const SlotInfo& slot) {
  const std::uint64_t end = wal_end(connection);
  const std::uint64_t to = options.slots.to.value_or(end);
  const auto refuse = [&](const std::string& why, const std::string& hint) {
    throw base::Error(
        ErrorKind::unavailable,
        "could not advance slot \"" + options.slot + "\" to " + event::lsn_text(to) + ": " + why,
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
                  const Options& options,
                  std::uint64_t to,
                  signals::StopToken stop) {
  try {
    (void)connection.query_until_stop("SELECT pg_replication_slot_advance(" +
                                          connection.quote_literal(options.slot) + ", '" +
                                          event::lsn_text(to) + "')",
                                      stop);
  } catch (const pg::ServerError& error) {
    rethrow_for_slot(connection, options.slot, "advance", error);
  }
}

}  // namespace

ExitCode run_slots(const Options& options, cli::Context& context) {
  check_connection_options(options);
  return SlotPrinter(options, context, false).run();
}

ExitCode run_status(const Options& options, cli::Context& context) {
  require_slot(options, "status");
  return SlotPrinter(options, context, true).run();
}

ExitCode run_create(const Options& options, cli::Context& context) {
  require_slot(options, "create");
  const TableFilter filter(options.tables, options.exclude_tables);
  std::vector<std::string> names = options.publications;
  if (names.empty()) names.emplace_back(kDefaultPublication);
  const auto connection = connect(options, false, context.stop());
  // what cannot be done is found out before anything is made
  require_usable_server(*connection);
  if (options.slots.failover) require_failover(*connection);
  for (const auto& name : names) Catalog(*connection).create_publication(name, filter);
  const auto replication = connect(options, true, context.stop());
  make_slot(*replication, options, context.stop());
  return SlotPrinter(options, context, false).run();
}

ExitCode run_drop(const Options& options, cli::Context& context) {
  require_slot(options, "drop");
  const auto connection = connect(options, false, context.stop());
  const SlotInfo slot = require_logical_slot(*connection, options);
  drop_slot(*connection, options.slot);
  log::info("dropped slot \"" + options.slot + "\", which was at " +
            event::lsn_text(slot.confirmed));
  return ExitCode::done;
}

ExitCode run_advance(const Options& options, cli::Context& context) {
  require_slot(options, "advance");
  check_advance_options(options.slots);
  const auto connection = connect(options, false, context.stop());
  const SlotInfo slot = require_logical_slot(*connection, options);
  const std::uint64_t to = advance_target(*connection, options, slot);
  advance_slot(*connection, options, to, context.stop());
  if (to > slot.confirmed) {
    log::warning("slot \"" + options.slot + "\" went from " + event::lsn_text(slot.confirmed) +
                 " to " + event::lsn_text(to) + ": changes committed between the two (" +
                 std::to_string(to - slot.confirmed) +
                 " bytes of WAL) will not be printed by any later run");
  }
  return SlotPrinter(options, context, false).run();
}

}  // namespace cdckit::walcat
