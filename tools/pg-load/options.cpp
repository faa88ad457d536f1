#include "tools/pg-load/options.hpp"

#include "common/base/error.hpp"
#include "common/base/text.hpp"
#include "common/pipe/value_flags.hpp"
#include "common/secrets/secret.hpp"
#include "tools/pg-load/commands/verify.hpp"
#include "tools/pg-load/run.hpp"

#include <utility>

namespace cdckit::pg_load {
namespace {

void declare_connection(cli::FlagTable& table, Options& options) {
  table.text("dbname,d",
             "CONNINFO",
             options.conninfo,
             "The database: a name, key=value pairs or a URI, as psql takes it. PG* variables, "
             "service and password files work.");
}

void declare_key(cli::FlagTable& table, Options& options) {
  table.list("key",
             "COLUMN[,COLUMN]",
             options.keys,
             "The columns that identify a row; without it the table's primary key.");
}

void declare_map(cli::FlagTable& table, Options& options) {
  table.list("map",
             "SRC=DST",
             options.maps,
             "With --mode events: apply the events of table SRC to table DST.");
}

void declare_target(cli::FlagTable& table, Options& options) {
  declare_connection(table, options);
  table.text("table", "[SCHEMA.]TABLE", options.table, "The table that takes the rows.");
  declare_key(table, options);
  table.choice("mode",
               {"insert", "upsert", "sync", "events"},
               options.mode_word,
               "insert adds rows; upsert changes rows that are there; sync also deletes the rows "
               "that left; events applies change events.");
  table.toggle(
      "create",
      options.create,
      "Create a missing table, with types taken from the first rows or from schema lines.");
  table.toggle("alter",
               options.alter,
               "Add missing columns, with types taken from the rows or from schema lines.");
  table.list("column",
             "NAME:TYPE",
             options.columns,
             "With --create or --alter: a column and its type, whatever the rows look like.");
  declare_map(table, options);
  table.text("scope",
             "COLUMN=VALUE",
             options.scope,
             "With --mode sync: the input is the whole picture of these rows only; a row of "
             "another scope is a bad row.");
  table.toggle("allow-empty",
               options.allow_empty,
               "With --mode sync: an empty input means an empty picture, so that all rows go.");
  table.text("max-delete",
             "N|P%",
             options.max_delete,
             "With --mode sync: end with 65, and nothing changed, when the picture lacks more rows "
             "than that of the table (of the scope).");
}

void declare_batches(cli::FlagTable& table, Options& options) {
  table.number("batch-rows", "N", options.batch_rows, "Rows in one transaction at most.");
  table.duration(
      "batch-time",
      options.batch_time,
      "How long rows may wait for their transaction to end, unless more input is there already.");
  table.toggle("atomic", options.atomic, "One transaction for the whole input.");
  table.toggle(
      "no-staging",
      options.no_staging,
      "With --mode insert: COPY straight into the table, whatever happens. A bad row means "
      "sending the batch again.");
  table.toggle("accept-gap",
               options.accept_gap,
               "With --mode events: go on where the source begins, though the target lacks what "
               "came before.");
  table.toggle("truncate", options.truncate, "Empty the table first, in the first transaction.");
  table.choice("missing",
               {"default", "null", "error"},
               options.missing_word,
               "What a missing member means: the column's default (an update leaves it alone), "
               "null, or a bad row.");
  table.toggle(
      "ignore-extra", options.ignore_extra, "Ignore members that the table has no column for.");
  table.text("extra-to",
             "COLUMN",
             options.extra_to,
             "Put members that the table has no column for into this jsonb column.");
  table.number("max-rejects", "N", options.max_rejects, "Give up after N rejected rows.");
  table
      .text("spool-dir",
            "DIR",
            options.spool_folder,
            "Where the lines of a large batch are kept until they are committed; nothing stays "
            "behind.")
      .fallback = "$TMPDIR, else /tmp";
  table.duration("retry-for",
                 options.retry_for,
                 "How long to try again when the server is gone or refuses for now.");
}

cli::Command load_command(Options& options) {
  cli::FlagTable table;
  declare_target(table, options);
  cli::FlagTable batches("Batches and bad rows");
  declare_batches(batches, options);
  cli::FlagTable encoding("Values of events");
  pipe::declare_encoding(
      encoding, options.encoding, options.binary_handling, options.unavailable_value);
  cli::Command command;
  command.summary = "load rows or change events into PostgreSQL";
  command.flags = std::move(table.flags);
  command.flags.insert(command.flags.end(), batches.flags.begin(), batches.flags.end());
  command.flags.insert(command.flags.end(), encoding.flags.begin(), encoding.flags.end());
  command.sink = true;
  command.run = [&options](cli::Context& context) {
    check_options(options);
    return run(options, context);
  };
  return command;
}

cli::Command verify_command(Options& options) {
  cli::FlagTable table;
  declare_connection(table, options);
  declare_key(table, options);
  declare_map(table, options);
  cli::Command command;
  command.name = "verify";
  command.summary = "Compare digests of a source (walcat digest) on stdin with the target.";
  command.flags = std::move(table.flags);
  add_verify_flags(command.flags, options.verify);
  command.run = [&options](cli::Context& context) {
    check_connection(options);
    for (const std::string& map : options.maps) split_pair(map, '=', "map");
    return verify(options, context);
  };
  return command;
}

}  // namespace

cli::Tool declare(Options& options) {
  cli::Tool tool;
  tool.name = "pg-load";
  tool.summary = "load NDJSON rows or change events into PostgreSQL";
  tool.commands.push_back(load_command(options));
  tool.commands.push_back(verify_command(options));
  tool.examples = {
      {"pg-load -d shop --table prices --mode upsert --key sku < prices.ndjson",
       "Insert new rows, update changed ones."},
      {"opensky-fetch states --every 10s --ack a | pg-load -d flights --table live_state --mode "
       "sync --key icao24 --ack a",
       "Keep a table equal to the newest picture."},
      {"walcat -d shop --slot copy --ack a | pg-load -d warehouse --mode events --create --ack a",
       "Replicate tables."},
      {"walcat digest -d shop | pg-load verify -d warehouse", "Compare a copy with its source."},
  };
  return tool;
}

}  // namespace cdckit::pg_load
