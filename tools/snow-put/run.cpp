#include "tools/snow-put/run.hpp"

#include "common/ack/ack_record.hpp"
#include "common/base/error.hpp"
#include "common/base/text.hpp"
#include "common/event/position.hpp"
#include "common/io/file_descriptor.hpp"
#include "common/log/progress.hpp"
#include "common/ndjson/writer.hpp"
#include "common/snow/identifiers.hpp"
#include "tools/snow-put/commands/check.hpp"
#include "tools/snow-put/commands/connect.hpp"
#include "tools/snow-put/commands/listing.hpp"
#include "tools/snow-put/files/write_files.hpp"
#include "tools/snow-put/ingest/put.hpp"
#include "tools/snow-put/merge/fold.hpp"
#include "tools/snow-put/verify/verify.hpp"

#include <malloc.h>
#include <unistd.h>

namespace cdckit::snow_put {
namespace {

using base::ExitCode;

constexpr int kWideRoom = 8 << 20;

snow::ConnectionSettings connection_of(const Options& options) {
  return snow::load_connection(options.connection, {options.token_command, options.ca_file});
}

Reach reach_of(const Options& options, signals::StopToken stop) {
  return {options.retry_policy(), options.allow_http, stop};
}

Place place_of(const Options& options, const snow::ConnectionSettings& settings) {
  return snow_put::place_of(options.database, options.schema, settings);
}

std::map<std::string, std::string> column_types(const Options& options) {
  std::map<std::string, std::string> types;
  for (const std::string& entry : options.columns) {
    const std::size_t equals = entry.find('=');
    const std::size_t dot = entry.rfind('.', equals);
    types[snow::typed_name(entry.substr(0, dot)) + "." +
          snow::column_name(entry.substr(dot + 1, equals - dot - 1))] = entry.substr(equals + 1);
  }
  return types;
}

TargetSettings target_settings(const Options& options) {
  TargetSettings target;
  target.tables = options.tables;
  target.table_map = options.table_map;
  target.added = options.added;
  target.types = column_types(options);
  if (!options.create_template.empty())
    target.create_template = io::read_file(options.create_template);
  target.rows = {.layout = options.layout,
                 .oversize = options.oversize,
                 .skip_unmapped = options.unmapped == "skip",
                 .unavailable = options.unavailable_value};
  target.decoding = {.otherwise = debezium::parse_encoding(options.encoding),
                     .binary = debezium::parse_binary(options.binary_handling),
                     .unavailable = options.unavailable_value};
  target.create = options.create;
  target.adds_columns = options.adds_columns();
  target.needs_mirror = options.merge_every.count() > 0;
  target.soft_deletes = options.soft_deletes;
  target.history = options.history;
  return target;
}

PutSettings put_settings(const Options& options, const cli::Context& context) {
  PutSettings settings;
  settings.connection = connection_of(options);
  const Reach reach = reach_of(options, context.stop());
  settings.sql = sql_options(reach);
  settings.streaming = streaming_options(reach);
  settings.place = place_of(options, settings.connection);
  settings.target = target_settings(options);
  settings.channels = {options.channel_prefix,
                       static_cast<unsigned>(options.channels),
                       pipe::input_settings(context).on_error == event::OnError::reject};
  settings.max_lag = options.max_lag;
  settings.merge_every = options.merge_every;
  settings.max_rate = options.max_rate;
  settings.keep = options.keep;
  return settings;
}

// Where `merge` stops; empty: nowhere.
std::string merge_bound(const Options& options) {
  std::string text = options.merge_upto;
  if (!options.merge_ack.empty()) {
    const auto record = ack::parse(io::read_file(options.merge_ack));
    if (!record) {
      throw base::Error(
          base::ErrorKind::temporary,
          "could not merge up to \"" + options.merge_ack + "\": nothing is acknowledged in it");
    }
    text = record->pos;
    if (!bounds_a_fold(text)) return {};  // not a server's position, or within a snapshot
  }
  if (text.empty()) return {};
  // a row's own position: with all of its commit
  if (const auto row = event::parse_position(text)) return base::hex16(row->lsn + 1);
  const auto lsn = event::parse_lsn(text);
  if (lsn) return base::hex16(*lsn);
  throw base::Error(base::ErrorKind::usage,
                    "could not use --upto \"" + text + "\": it is no position");
}

}  // namespace

ExitCode run_put(const Options& options, cli::Context& context) {
  if (context.options().check) return run_check(options, context.stop());
  // the room of a wide row goes back at once, and does not wait in the heap for the next one
  ::mallopt(M_MMAP_THRESHOLD, kWideRoom);
  return Put(put_settings(options, context), context).run();
}

ExitCode run_merge(const Options& options, cli::Context& context) {
  if (context.options().check) return run_check(options, context.stop());
  const snow::ConnectionSettings settings = connection_of(options);
  const Place place = place_of(options, settings);
  snow::SqlApi api(settings, sql_options(reach_of(options, context.stop())));
  ndjson::Writer receipts(STDOUT_FILENO, ndjson::Writer::Flush::every_line);
  FoldRequest request;
  request.state = {place.database, place.schema, kStateTable};
  request.prefix = options.channel_prefix;
  for (const std::string& table : options.tables)
    request.mirrors.push_back({place.database, place.schema, snow::typed_name(table)});
  for (const std::string& column : options.key) request.key.push_back(snow::typed_name(column));
  request.upto = merge_bound(options);
  request.typed = !options.merge_upto.empty();
  request.create = options.create;
  request.keep = options.keep;
  request.patience = options.retry_for;
  request.stop = context.stop();
  log::own_progress().doing("merging");
  const FoldOutcome outcome = fold(api, request);
  if (!outcome.holder.empty()) {
    throw base::Error(base::ErrorKind::temporary,
                      "could not merge: " + outcome.holder + " has the lock of prefix \"" +
                          options.channel_prefix + "\"");
  }
  for (const MergeResult& result : outcome.results) {
    count_merge(context.metrics(), result);
    receipts.write(merge_receipt(result));
  }
  return ExitCode::done;
}

ExitCode run_verify(const Options& options, cli::Context& context) {
  if (context.options().check) return run_check(options, context.stop());
  const snow::ConnectionSettings settings = connection_of(options);
  VerifyRequest request;
  request.place = place_of(options, settings);
  request.prefix = options.channel_prefix;
  request.table_map = options.table_map;
  request.added = options.added;
  request.keys = options.verify_keys;
  request.sample = options.sample;
  if (!options.merge_ack.empty()) request.acknowledged = merge_bound(options);
  snow::SqlApi api(settings, sql_options(reach_of(options, context.stop())));
  log::own_progress().doing("comparing");
  return verify(api, request, context);
}

// A connection is looked at only where it says where the tables are.
ExitCode run_files(const Options& options, cli::Context& context) {
  if (context.options().check) return run_check(options, context.stop());
  FilesSettings settings;
  settings.folder = options.out_folder;
  settings.file_bytes = options.file_bytes;
  const bool complete = !options.database.empty() && !options.schema.empty();
  settings.place =
      place_of(options, complete ? snow::ConnectionSettings{} : connection_of(options));
  settings.target = target_settings(options);
  return WriteFiles(std::move(settings), context).run();
}

ExitCode run_status(const Options& options, cli::Context& context) {
  if (context.options().check) return run_check(options, context.stop());
  const snow::ConnectionSettings settings = connection_of(options);
  snow::SqlApi api(settings, sql_options(reach_of(options, context.stop())));
  return print_status(api, place_of(options, settings), options.tables, options.table_format);
}

ExitCode run_channels(const Options& options, cli::Context& context) {
  if (context.options().check) return run_check(options, context.stop());
  const snow::ConnectionSettings settings = connection_of(options);
  snow::SqlApi api(settings, sql_options(reach_of(options, context.stop())));
  return print_channels(api, place_of(options, settings), options.tables, options.table_format);
}

ExitCode run_check(const Options& options, signals::StopToken stop) {
  return check({.connection = [&] { return connection_of(options); },
                .place = [&](const auto& settings) { return place_of(options, settings); },
                .reach = reach_of(options, stop),
                .create = options.create,
                .merges = options.merge_every.count() > 0 && options.layout == Layout::journal,
                .table = options.tables.empty() ? "" : snow::typed_name(options.tables.front())});
}

}  // namespace cdckit::snow_put
