#include "tools/walcat/options.hpp"

#include "common/base/error.hpp"
#include "common/base/text.hpp"
#include "common/cli/text_table.hpp"
#include "common/event/position.hpp"
#include "common/log/log.hpp"
#include "common/pg/connection.hpp"
#include "common/pipe/proof.hpp"
#include "tools/walcat/commands/check.hpp"
#include "tools/walcat/commands/commands.hpp"
#include "tools/walcat/commands/snapshot_signal.hpp"
#include "tools/walcat/debezium/flags.hpp"
#include "tools/walcat/run.hpp"

#include <algorithm>
#include <functional>
#include <utility>

namespace cdckit::walcat {
namespace {

using base::ErrorKind;

[[noreturn]] void refuse(const std::string& message, std::string hint) {
  throw base::Error(ErrorKind::usage, message, std::move(hint));
}

void add_all(std::vector<cli::Flag>& into, const cli::FlagTable& table) {
  into.insert(into.end(), table.flags.begin(), table.flags.end());
}

void add_connection(std::vector<cli::Flag>& into, ConnectSettings& settings) {
  cli::FlagTable table("Server");
  table.text("dbname,d",
             "CONNINFO",
             settings.conninfo,
             "What psql takes: a database, a URI or key=value pairs. PG* variables, service and "
             "pgpass files "
             "count; a password inside is refused.");
  table.duration("retry-for",
                 settings.retry_for,
                 "How long to try again when the server is away, before ending with 75.");
  add_all(into, table);
}

void add_slot(std::vector<cli::Flag>& into, std::string& slot) {
  cli::FlagTable table("Source");
  table.text("slot",
             "NAME",
             slot,
             "Replication slot to read. Without it a temporary one, which leaves nothing behind.");
  add_all(into, table);
}

void add_publication(std::vector<cli::Flag>& into, TableChoice& choice) {
  cli::FlagTable table("Source");
  table.custom(
      "publication",
      "NAME[,NAME]",
      [&choice](const std::string& names) { choice.publications = base::split(names, ','); },
      "Publications to read. Without it all of the database.");
  table.list(
      "table",
      "GLOB",
      choice.tables,
      "Only tables whose schema.table fits; repeatable. Without a dot the name alone counts.");
  table.list("exclude-table", "GLOB", choice.exclude_tables, "Not these tables.");
  add_all(into, table);
}

void add_limits(std::vector<cli::Flag>& into, RunLimits& limits) {
  cli::FlagTable table("End");
  table.custom(
      "until-lsn",
      "LSN",
      [&limits](const std::string& text) {
        // a line's pos names the begin of its commit, which is to be printed
        limits.until_lsn = parse_position_flag(text) + (event::parse_position(text) ? 1 : 0);
      },
      "End once every commit up to this position is printed: an LSN, 16 hex digits, or a line's "
      "whole pos, that line's transaction included.");
  table.toggle(
      "until-now", limits.until_now, "End once everything committed before the start is printed.");
  table.duration("for", limits.run_for, "End after this time.").fallback = "";
  table.number("limit", "N", limits.limit, "End after N data lines.").fallback = "";
  add_all(into, table);
}

void add_create(std::vector<cli::Flag>& into, SessionSettings& settings) {
  cli::FlagTable table("Source");
  table.toggle(
      "create",
      settings.create,
      "Make a missing slot and a missing publication (cdckit, unless --publication names one; for "
      "the tables of --table, else all). They stay.");
  add_all(into, table);
  add_failover_flag(into, settings.failover);
}

void add_transactions_flag(std::vector<cli::Flag>& into, bool& transactions) {
  cli::FlagTable table("Output");
  table.toggle("transactions",
               transactions,
               "Print begin and commit lines and fill the member transaction.");
  add_all(into, table);
}

// As a table where slots are shown.
void add_table_format(std::vector<cli::Flag>& into, std::string& format) {
  cli::FlagTable table("Output");
  cli::add_table_format(table, format);
  add_all(into, table);
}

void add_stream(std::vector<cli::Flag>& into, Options& options) {
  SessionSettings& session = options.session;
  EncodingChoice& encoding = session.server.encoding;
  add_create(into, session);
  cli::FlagTable output("Output");
  output.choice(
      "encoding",
      {"plain", "debezium"},
      encoding.name,
      "How values are printed: as row_to_json() does, or as the Debezium connector does.");
  output.text("topic-prefix",
              "NAME",
              session.topic_prefix,
              "Member source.name of each line. Default: the database's name.");
  add_all(into, output);
  add_transactions_flag(into, session.transactions);
  output = cli::FlagTable("Output");
  output.toggle("schema-only", options.schema_only, "Print the schema line of each table and end.");
  add_all(into, output);

  add_debezium_flags(into, encoding.debezium);

  cli::FlagTable delivery("Delivery");
  delivery.toggle("no-ack", session.no_ack, "Only look: a persistent slot stays where it is.");
  delivery.duration("ack-timeout",
                    session.ack_timeout,
                    "How long to wait at the end until the sinks have acknowledged everything.");
  add_all(into, delivery);
}

cli::Command stream_command(Options& options) {
  cli::Command command;
  command.summary = "Print the changes of a PostgreSQL database as lines of JSON.";
  add_connection(command.flags, options.session.server);
  add_slot(command.flags, options.session.slot);
  add_publication(command.flags, options.session.tables);
  add_filter_flags(command.flags, options.session.filters);
  add_format_flag(command.flags, options.session.format);
  add_stream(command.flags, options);
  add_snapshot_flags(command.flags, options.session.snapshot);
  add_stream_flags(command.flags, options.session.stream);
  add_limits(command.flags, options.session.limits);
  command.source = true;
  command.run = [&options](cli::Context& context) { return run_stream(options, context); };
  return command;
}

cli::Command peek_command(Options& options) {
  cli::Command command;
  command.name = "peek";
  command.summary = "Print what waits in a slot and leave it there.";
  add_connection(command.flags, options.session.server);
  add_slot(command.flags, options.session.slot);
  add_publication(command.flags, options.session.tables);
  add_filter_flags(command.flags, options.session.filters);
  add_format_flag(command.flags, options.session.format);
  add_transactions_flag(command.flags, options.session.transactions);
  add_summary_flag(command.flags, options.slots);
  add_stream_flags(command.flags, options.session.stream);
  add_limits(command.flags, options.session.limits);
  command.run = [&options](cli::Context& context) { return run_peek(options, context); };
  return command;
}

cli::Command digest_command(Options& options) {
  cli::Command command;
  command.name = "digest";
  command.summary = "Digests of the published tables at one position, for verify.";
  add_connection(command.flags, options.session.server);
  add_publication(command.flags, options.session.tables);
  add_digest_flags(command.flags, options.digest);
  command.run = [&options](cli::Context& context) {
    return run_digest(options.session.server, options.session.tables, options.digest, context);
  };
  return command;
}

SlotTask slot_task(const Options& options) {
  const SessionSettings& session = options.session;
  return {.server = session.server,
          .slot = session.slot,
          .tables = session.tables,
          .failover = session.failover,
          .flags = options.slots,
          .format = session.format.format};
}

using CommandFunction = std::function<base::ExitCode(cli::Context&)>;

cli::Command slot_command(Options& options,
                          const std::string& name,
                          const std::string& summary,
                          CommandFunction run) {
  cli::Command command;
  command.name = name;
  command.summary = summary;
  add_connection(command.flags, options.session.server);
  if (name != "slots") add_slot(command.flags, options.session.slot);
  if (name == "slots" || name == "status") add_watch_flag(command.flags, options.slots);
  if (name != "snapshot") add_table_format(command.flags, options.session.format.format);
  if (name == "advance") add_advance_flags(command.flags, options.slots);
  if (name == "drop") add_drop_flags(command.flags, options.slots);
  if (name == "create") add_publication(command.flags, options.session.tables);
  if (name == "create") add_failover_flag(command.flags, options.session.failover);
  command.run = [&options, run = std::move(run)](cli::Context& context) {
    return context.options().check ? run_check(options.session, context) : run(context);
  };
  return command;
}

cli::Command signal_command(Options& options) {
  cli::Command command =
      slot_command(options,
                   "snapshot",
                   "Ask a running walcat to read tables again.",
                   [&options](cli::Context& context) {
                     return run_snapshot_signal(
                         options.session.server, options.session.slot, options.again, context);
                   });
  command.positionals.push_back(
      {"TABLE",
       "Published tables, as in --table.",
       true,
       true,
       [&options](const std::string& name) { options.again.push_back(name); }});
  return command;
}

// Whoever lists the processes of this machine sees it.
void warn_of_open_salts(const FilterOptions& filters) {
  const bool open = std::any_of(filters.masks.begin(), filters.masks.end(), [](const auto& mask) {
    return mask.hash && !mask.salt.starts_with('@') && !mask.salt.starts_with('$');
  });
  if (!open) return;
  log::warning("--mask holds its salt, which other users of this machine can see",
               {},
               "Keep it in a file, as in --mask COLUMN=hash:@FILE, or in a variable ($VARIABLE).");
}

}  // namespace

cli::Tool declare(Options& options) {
  cli::Tool tool;
  tool.name = "walcat";
  tool.summary = "PostgreSQL changes to lines of JSON";
  tool.libraries = pg::library_version();
  tool.commands.push_back(stream_command(options));
  tool.commands.push_back(peek_command(options));
  tool.commands.push_back(slot_command(
      options, "slots", "One line for each logical slot.", [&options](cli::Context& context) {
        return run_slots(slot_task(options), context);
      }));
  tool.commands.push_back(slot_command(
      options,
      "status",
      "One slot, who reads it, what it costs.",
      [&options](cli::Context& context) { return run_status(slot_task(options), context); }));
  tool.commands.push_back(slot_command(
      options,
      "create",
      "Make a slot and its publication if they are missing.",
      [&options](cli::Context& context) { return run_create(slot_task(options), context); }));
  tool.commands.push_back(
      slot_command(options, "drop", "Drop a slot.", [&options](cli::Context& context) {
        return run_drop(slot_task(options), context);
      }));
  tool.commands.push_back(slot_command(
      options,
      "advance",
      "Move a slot forward, over changes that nobody wants.",
      [&options](cli::Context& context) { return run_advance(slot_task(options), context); }));
  tool.commands.push_back(digest_command(options));
  tool.commands.push_back(signal_command(options));
  tool.examples = {
      {"walcat -d postgres:///flights | jq .after",
       "Look at changes as they happen; nothing stays behind."},
      {"walcat -d flights --slot s --create --ack s.ack | pg-load -d copy --mode events --ack "
       "s.ack",
       "Snapshot, then stream; either side may be killed and started again."},
      {"walcat peek -d flights --slot s --limit 10", "What waits in a slot, without taking it."}};
  return tool;
}

void check_stream_options(const Options& options, const cli::CommonOptions& common) {
  const SessionSettings& session = options.session;
  check_source(session.server, session.slot);
  warn_of_open_salts(session.filters);
  check_stream_flags(session.stream, !session.slot.empty());
  check_debezium_settings(session.server.encoding.debezium, session.server.encoding.name);
  const bool has_ack = !common.ack.empty();
  if (pipe::acks_by_stdout(common) && common.ack.size() > 1) {
    refuse("could not use --ack stdout beside an ack file", "Choose one of the two.");
  }
  if (has_ack && session.no_ack)
    refuse("could not use --ack together with --no-ack", "Choose one of the two.");
  if (!session.slot.empty() && !has_ack && !session.no_ack && !options.schema_only &&
      !common.check) {
    refuse("could not read slot \"" + session.slot + "\": nothing says how far it may move",
           "Choose --ack FILE (what the sink acknowledged there), --ack stdout (what stdout took: "
           "a crash of the "
           "reader loses it) or --no-ack (only look).");
  }
  if (session.slot.empty() && has_ack) {
    refuse("could not use --ack without --slot: a temporary slot cannot be taken up again",
           "Name a slot.");
  }
  if (session.snapshot.mode.value_or(SnapshotMode::never) != SnapshotMode::never &&
      !session.filters.wants('r')) {
    refuse("could not use --snapshot with these --ops: they leave out r",
           "Add r, or choose --snapshot never.");
  }
  if (session.limits.limit == 0 || session.limits.limit < -1)
    refuse("could not use --limit: at least 1", "");
}

}  // namespace cdckit::walcat
