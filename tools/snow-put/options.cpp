#include "tools/snow-put/options.hpp"

#include "common/base/error.hpp"
#include "tools/snow-put/run.hpp"

#include <stdexcept>

namespace cdckit::snow_put {
namespace {

constexpr std::chrono::milliseconds kFirstDelay{200};
constexpr std::chrono::milliseconds kLongestDelay{5000};
constexpr std::chrono::milliseconds kLeastLag{50};

void fail(const std::string& message) {
  throw base::Error(base::ErrorKind::usage, message);
}

std::string table_map_entry(const std::string& text) {
  const std::size_t equals = text.find('=');
  if (equals == std::string::npos || equals == 0 || equals + 1 == text.size()) {
    throw std::invalid_argument("\"" + text + "\" is no SRC=DST");
  }
  return text;
}

void append(std::vector<cli::Flag>& into, cli::FlagTable table) {
  for (cli::Flag& flag : table.flags) into.push_back(std::move(flag));
}

cli::FlagTable connection_flags(Options& options) {
  cli::FlagTable table("Connection");
  table.text(
      "connection,c",
      "NAME",
      options.connection,
      "Connection in connections.toml ($SNOWFLAKE_HOME or ~/.snowflake); none: the default one.");
  table.text(
      "database", "NAME", options.database, "Database of the tables; none: the connection's.");
  table.text("schema", "NAME", options.schema, "Schema of the tables; none: the connection's.");
  table.duration("retry-for",
                 options.retry_for,
                 "Go on for this long when the service is gone or busy, then end with 75.");
  table.toggle("allow-http", options.allow_http, "Accept plain http to other hosts than this one.");
  return table;
}

cli::FlagTable target_flags(Options& options) {
  cli::FlagTable table("Target");
  table
      .list("table",
            "NAME",
            options.tables,
            "Mirror table; for plain rows (no op) the table they are appended to.")
      .repeatable = false;
  table
      .custom(
          "table-map",
          "SRC=DST",
          [&options](const std::string& text) {
            options.table_map.push_back(table_map_entry(text));
          },
          "Source SCHEMA.TABLE (or TABLE) goes into mirror table DST.")
      .repeatable = true;
  table.choice("layout", {"journal"}, options.layout, "How events are stored.");
  table.toggle(
      "create", options.create, "Create missing journal and mirror tables from schema lines.");
  table.choice("evolve",
               {"add", "none"},
               options.evolve,
               "What to do with a new source column: add it, or treat the table's rows as bad. "
               "Without it: add with --create, else none.");
  return table;
}

cli::FlagTable channel_flags(Options& options) {
  cli::FlagTable table("Channels");
  table.text("channel-prefix",
             "NAME",
             options.channel_prefix,
             "First part of the channels' names: one pipeline, one prefix.");
  table.duration("max-lag", options.max_lag, "A row waits at most this long before it is sent.");
  table.duration(
      "merge-every",
      options.merge_every,
      "Fold journals into mirrors this often while rows arrive, and at the end; 0 = off.");
  return table;
}

cli::Command put_command(Options& options) {
  cli::Command command;
  command.summary = "append change events or rows from standard input to Snowflake tables";
  append(command.flags, connection_flags(options));
  append(command.flags, target_flags(options));
  append(command.flags, channel_flags(options));
  command.sink = true;
  command.run = [&options](cli::Context& context) {
    check_options(options, "");
    return run_put(options, context);
  };
  return command;
}

cli::Command merge_command(Options& options) {
  cli::Command command;
  command.name = "merge";
  command.summary = "fold journals into their mirror tables once";
  append(command.flags, connection_flags(options));
  cli::FlagTable table("Target");
  table.list("table", "NAME", options.tables, "Mirror table; its journal is NAME_JOURNAL.");
  table.list("key",
             "COLUMN",
             options.key,
             "Key column, for a mirror without a primary key; several: repeat it.");
  table.toggle("create", options.create, "Create a missing mirror table from its journal.");
  append(command.flags, table);
  command.run = [&options](cli::Context& context) {
    check_options(options, "merge");
    return run_merge(options, context);
  };
  return command;
}

cli::Command thin_command(Options& options, const std::string& name, const std::string& summary) {
  cli::Command command;
  command.name = name;
  command.summary = summary;
  append(command.flags, connection_flags(options));
  cli::FlagTable table("Target");
  table.list("table", "NAME", options.tables, "Mirror table; none: every journal of the schema.");
  append(command.flags, table);
  return command;
}

}  // namespace

retry::Policy Options::retry_policy() const {
  return {kFirstDelay, kLongestDelay, retry_for};
}

cli::Tool declare(Options& options) {
  cli::Tool tool;
  tool.name = "snow-put";
  tool.summary = "put change events into Snowflake, exactly once";
  tool.commands.push_back(put_command(options));
  tool.commands.push_back(merge_command(options));
  cli::Command status =
      thin_command(options, "status", "rows and newest position of journals and mirrors");
  status.run = [&options](cli::Context& context) { return run_status(options, context); };
  tool.commands.push_back(std::move(status));
  cli::Command channels =
      thin_command(options, "channels", "the channels of the schema and their tokens");
  channels.run = [&options](cli::Context& context) { return run_channels(options, context); };
  tool.commands.push_back(std::move(channels));
  cli::Command check = thin_command(options, "check", "the same as --check");
  check.run = [&options](cli::Context&) { return run_check(options); };
  tool.commands.push_back(std::move(check));
  tool.examples = {
      {"walcat -d \"$DB\" --slot s --create --ack a | snow-put -c lab --database CDC --schema RAW "
       "--create --ack a",
       "Replicate a PostgreSQL database."},
      {"snow-put merge -c lab --database CDC --schema RAW --table ORDERS",
       "Fold ORDERS_JOURNAL into ORDERS."},
  };
  tool.libraries = "libcurl, OpenSSL, zstd";
  return tool;
}

void check_options(const Options& options, const std::string& command) {
  if (command == "merge" && options.tables.empty()) {
    fail("could not merge: --table is missing");
  }
  if (command.empty() && !options.tables.empty() && !options.table_map.empty()) {
    fail("could not use --table together with --table-map");
  }
  if (options.max_lag < kLeastLag) fail("could not use --max-lag: it is below 50ms");
  if (options.channel_prefix.empty()) fail("could not use --channel-prefix: it is empty");
}

}  // namespace cdckit::snow_put
