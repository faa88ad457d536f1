#include "tools/snow-put/options.hpp"

#include "common/base/error.hpp"
#include "common/base/text.hpp"
#include "common/cli/text_table.hpp"
#include "common/pipe/value_flags.hpp"
#include "common/snow/identifiers.hpp"
#include "tools/snow-put/option_values.hpp"
#include "tools/snow-put/rows/journal.hpp"
#include "tools/snow-put/run.hpp"

#include <charconv>
#include <stdexcept>

namespace cdckit::snow_put {
namespace {

constexpr std::chrono::milliseconds kFirstDelay{200};
constexpr std::chrono::milliseconds kLongestDelay{5000};
constexpr std::chrono::milliseconds kLeastLag{20};

void fail(const std::string& message) {
  throw base::Error(base::ErrorKind::usage, message);
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
  table.text("token-command",
             "COMMAND",
             options.token_command,
             "Sign in with what COMMAND prints: an OAuth token, or {\"token\",\"expires_at\"}.");
  table.text("ca",
             "FILE",
             options.ca_file,
             "Certificates to trust instead of the system's (also SSL_CERT_FILE).");
  return table;
}

// How sources become tables: put and verify must be told the same.
void declare_table_map(cli::FlagTable& table, Options& options, const std::string& help) {
  table
      .custom(
          "table-map",
          "SRC=DST",
          [&options](const std::string& text) {
            options.table_map.push_back(table_map_entry(text));
          },
          help)
      .repeatable = true;
}

void declare_added(cli::FlagTable& table, Options& options, const std::string& help) {
  table.list("add-column", "COL=TEXT", options.added, help);
}

cli::FlagTable target_flags(Options& options) {
  cli::FlagTable table("Target");
  table
      .list("table",
            "NAME",
            options.tables,
            "Mirror table; for plain rows (no op) the table they are appended to.")
      .repeatable = false;
  declare_table_map(table, options, "Source SCHEMA.TABLE (or TABLE) goes into mirror table DST.");
  table
      .choice("layout",
              {{"journal", Layout::journal},
               {"columns", Layout::columns},
               {"variant", Layout::variant}},
              options.layout,
              "How events are stored: journal and mirror; one column for each of theirs; or "
              "RECORD_METADATA and RECORD_CONTENT, as Snowflake's Kafka sink writes them.")
      .fallback = "journal";
  table.toggle(
      "create", options.create, "Create missing journal and mirror tables from schema lines.");
  table.choice("evolve",
               {"add", "none"},
               options.evolve,
               "What to do with a new source column: add it, or treat the table's rows as bad. "
               "Without it: add with --create, else none.");
  return table;
}

cli::FlagTable value_flags(Options& options) {
  cli::FlagTable table("Values and columns");
  pipe::declare_encoding(
      table, options.encoding, options.binary_handling, options.unavailable_value);
  table
      .choice("oversize",
              {{"reject", Oversize::reject},
               {"null", Oversize::null},
               {"truncate", Oversize::truncate}},
              options.oversize,
              "What becomes of a text or document beyond the service's 16 MB: a bad row, NULL, or "
              "(text only) its beginning.")
      .fallback = "reject";
  table.choice(
      "unmapped",
      {"create", "skip", "refuse"},
      options.unmapped,
      "What becomes of a member without a column: it gets one (as by --evolve add), is left "
      "out, or makes a bad row. Without it: refuse where --evolve does not add.");
  table.list("column",
             "T.COL=TYPE",
             options.columns,
             "Type of a column that --create makes, instead of the one made of the source's.");
  declare_added(table,
                options,
                "A column that all rows of a source get; TEXT may name groups of a regular "
                "expression in --table-map (\\1). It is part of the key, and lets several sources "
                "share a table.");
  table.text("create-template",
             "FILE",
             options.create_template,
             "CREATE TABLE of mirrors as you want it (clustering, tags, policies), with ${table} "
             "and ${columns}.");
  table.toggle("soft-deletes",
               options.soft_deletes,
               "Mirrors that --create makes keep deleted rows, marked by _CDC_DELETED.");
  table.toggle("history",
               options.history,
               "--create also makes NAME_HISTORY: every version of a row, from commit to commit.");
  return table;
}

// 0s is what help shows for "all".
void add_keep(cli::FlagTable& table, Options& options) {
  table.duration("keep",
                 options.keep,
                 "Take rows out of journals once they are folded and this old; 0s: keep all.");
}

cli::FlagTable channel_flags(Options& options) {
  cli::FlagTable table("Channels");
  table.text("channel-prefix",
             "NAME",
             options.channel_prefix,
             "First part of the channels' names: one source, one prefix.");
  table.number("channels",
               "N",
               options.channels,
               "Channels for each table, divided by the rows' keys. May change between runs. From "
               "Kafka each partition has its own.");
  table.duration("max-lag", options.max_lag, "A row waits at most this long before it is sent.");
  table
      .custom(
          "max-rate",
          "BYTES/s",
          [&options](const std::string& text) { options.max_rate = rate(text); },
          "Send no more than this through one channel, before compression; 0: no limits.")
      .fallback = "20MB/s";
  table
      .custom(
          "merge-every",
          "TIME|never",
          [&options](const std::string& text) { options.merge_every = merge_interval(text); },
          "Fold journals into mirrors this often while rows arrive, and at the end; 0 or never = "
          "off.")
      .fallback = "1m";
  add_keep(table, options);
  return table;
}

cli::Command put_command(Options& options) {
  cli::Command command;
  command.summary = "append change events or rows from standard input to Snowflake tables";
  append(command.flags, connection_flags(options));
  append(command.flags, target_flags(options));
  append(command.flags, value_flags(options));
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
  table.text("ack",
             "FILE",
             options.merge_ack,
             "Fold up to the position that FILE acknowledges, all tables in one transaction.");
  table.text(
      "upto",
      "POS",
      options.merge_upto,
      "The same up to POS: 0/16B3748, 16 hex digits, or a row's whole position, then with its "
      "commit. Without either up to what the tables' channels have all reached.");
  table.text("channel-prefix",
             "NAME",
             options.channel_prefix,
             "Whose folded positions _CDC_STATE keeps: that of the snow-put that filled them.");
  add_keep(table, options);
  append(command.flags, table);
  command.run = [&options](cli::Context& context) {
    check_options(options, "merge");
    return run_merge(options, context);
  };
  return command;
}

cli::Command verify_command(Options& options) {
  cli::Command command;
  command.name = "verify";
  command.summary =
      "compare mirrors with digest lines (walcat digest --portable) on standard input";
  append(command.flags, connection_flags(options));
  cli::FlagTable table("Comparison");
  table.toggle("keys",
               options.verify_keys,
               "Also print each row that differs: the input must come from walcat digest --keys.");
  table
      .custom(
          "sample",
          "SHARE",
          [&options](const std::string& text) { options.sample = share(text); },
          "Compare only so many of the buckets, e.g. 1%.")
      .fallback = "100%";
  declare_table_map(table, options, "As it was given to snow-put.");
  declare_added(table, options, "As it was given to snow-put.");
  table.text("channel-prefix",
             "NAME",
             options.channel_prefix,
             "Whose positions _CDC_STATE keeps: that of the snow-put that filled the mirrors.");
  table.text("ack",
             "FILE",
             options.merge_ack,
             "What FILE acknowledges is there, beside what _CDC_STATE knows.");
  append(command.flags, table);
  command.run = [&options](cli::Context& context) {
    check_options(options, "verify");
    return run_verify(options, context);
  };
  return command;
}

cli::Command files_command(Options& options) {
  cli::Command command;
  command.name = "files";
  command.summary = "write the rows into files, and the statements that load them";
  append(command.flags, connection_flags(options));
  cli::FlagTable table("Files");
  table.text("out", "DIR", options.out_folder, "Folder of the files and of load.sql.");
  table.size("file-size",
             options.file_bytes,
             "End a file, at a checkpoint where there are some, beyond this size.");
  append(command.flags, table);
  append(command.flags, target_flags(options));
  append(command.flags, value_flags(options));
  command.sink = true;
  command.run = [&options](cli::Context& context) {
    check_options(options, "files");
    return run_files(options, context);
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
  if (name != "check") cli::add_table_format(table, options.table_format);
  append(command.flags, table);
  return command;
}

}  // namespace

bool Options::adds_columns() const {
  if (!evolve.empty()) return evolve == "add";
  return unmapped.empty() || unmapped == "skip" ? create : unmapped == "create";
}

retry::Policy Options::retry_policy() const {
  return {kFirstDelay, kLongestDelay, retry_for};
}

cli::Tool declare(Options& options) {
  cli::Tool tool;
  tool.name = "snow-put";
  tool.summary = "put change events into Snowflake, exactly once";
  tool.commands.push_back(put_command(options));
  tool.commands.push_back(merge_command(options));
  tool.commands.push_back(verify_command(options));
  tool.commands.push_back(files_command(options));
  cli::Command status =
      thin_command(options, "status", "rows and newest position of journals and mirrors");
  status.run = [&options](cli::Context& context) { return run_status(options, context); };
  tool.commands.push_back(std::move(status));
  cli::Command channels =
      thin_command(options, "channels", "the channels of the schema and their tokens");
  channels.run = [&options](cli::Context& context) { return run_channels(options, context); };
  tool.commands.push_back(std::move(channels));
  cli::Command check = thin_command(options, "check", "the same as --check");
  check.run = [&options](cli::Context& context) { return run_check(options, context.stop()); };
  tool.commands.push_back(std::move(check));
  tool.examples = {
      {"walcat -d \"$DB\" --slot s --create --ack a | snow-put -c lab --database CDC --schema RAW "
       "--create --ack a",
       "Replicate a PostgreSQL database."},
      {"snow-put merge -c lab --database CDC --schema RAW --table ORDERS",
       "Fold ORDERS_JOURNAL into ORDERS."},
      {"walcat digest -d \"$DB\" --portable | snow-put verify -c lab --database CDC --schema RAW",
       "Compare the mirrors with their source."},
  };
  tool.libraries = "libcurl, OpenSSL, zstd";
  return tool;
}

void check_options(const Options& options, const std::string& command) {
  if (command == "merge" && options.tables.empty()) {
    fail("could not merge: --table is missing");
  }
  if (!options.merge_ack.empty() && !options.merge_upto.empty())
    fail("could not use --ack together with --upto");
  if (command == "files" && options.out_folder.empty())
    fail("could not write files: --out is missing");
  if (command != "merge" && !options.tables.empty() && !options.table_map.empty()) {
    fail("could not use --table together with --table-map");
  }
  if (options.max_lag < kLeastLag) fail("could not use --max-lag: it is below 20ms");
  if (options.channels < 1 || options.channels > 100)
    fail("could not use --channels: it is not 1 to 100");
  for (const std::string& entry : options.columns) {
    const std::size_t equals = entry.find('=');
    if (equals == std::string::npos || entry.find('.') > equals)
      fail("could not use --column \"" + entry + "\": it is no T.COL=TYPE");
  }
  for (const std::string& entry : options.added) {
    if (entry.find('=') == std::string::npos)
      fail("could not use --add-column \"" + entry + "\": it is no COL=TEXT");
  }
  if (options.unmapped == "create" && options.evolve == "none")
    fail("could not use --unmapped create together with --evolve none");
  for (const std::string& table : options.tables) {
    if (snow::typed_name(table).empty()) fail("could not use --table: it is empty");
  }
  if (options.channel_prefix.empty()) fail("could not use --channel-prefix: it is empty");
}

}  // namespace cdckit::snow_put
