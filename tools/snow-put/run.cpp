#include "tools/snow-put/run.hpp"

#include "common/base/error.hpp"
#include "common/cli/check_line.hpp"
#include "common/log/log.hpp"
#include "common/ndjson/text.hpp"
#include "common/ndjson/writer.hpp"
#include "common/snow/identifiers.hpp"
#include "tools/snow-put/connect.hpp"
#include "tools/snow-put/journal_ddl.hpp"
#include "tools/snow-put/merge.hpp"
#include "tools/snow-put/put.hpp"

#include <algorithm>
#include <unistd.h>

namespace cdckit::snow_put {
namespace {

using base::ExitCode;

snow::TableAddress address_of(const Place& place, const std::string& typed) {
  return {place.database, place.schema, snow::typed_name(typed)};
}

void append_text_member(std::string& line, const char* name, const snow::Cell& value) {
  if (line.size() > 1) line += ',';
  line += '"';
  line += name;
  line += "\":";
  if (value) {
    ndjson::append_string(line, *value);
  } else {
    line += "null";
  }
}

// The mirrors of every journal in the schema.
std::vector<std::string> mirrors_in(snow::SqlApi& api, const Place& place) {
  constexpr std::string_view kSuffix = "_JOURNAL";
  const snow::StatementResult tables =
      api.run("SHOW TABLES IN SCHEMA " + snow::sql_name(place.database) + "." +
              snow::sql_name(place.schema));
  std::vector<std::string> names;
  for (std::size_t i = 0; i < tables.rows.size(); ++i) {
    const std::string& name = tables.text(i, "name");
    if (name.ends_with(kSuffix)) names.push_back(name.substr(0, name.size() - kSuffix.size()));
  }
  std::sort(names.begin(), names.end());
  return names;
}

void print_status(snow::SqlApi& api, const Place& place, const std::string& mirror) {
  const std::string journal = snow::sql_name(place.database, place.schema, journal_name(mirror));
  const snow::StatementResult result = api.run(
      "SELECT COUNT(*) AS \"rows\", MAX(" + snow::sql_name(kPos) + ") AS \"pos\" FROM " + journal);
  std::string line = "{";
  append_text_member(line, "table", mirror);
  line += R"(,"journal_rows":)" + result.text(0, "rows");  // throws when there is no such row
  append_text_member(line, "journal_pos", result.rows[0][result.column("pos")]);
  const snow::TableAddress address{place.database, place.schema, mirror};
  if (snow::describe_table(api, address)) {
    const auto rows = api.run("SELECT COUNT(*) AS \"rows\" FROM " + snow::sql_name(address));
    line += R"(,"mirror_rows":)" + rows.text(0, "rows") + "}";
  } else {
    line += R"(,"mirror_rows":null})";
  }
  ndjson::Writer(STDOUT_FILENO, ndjson::Writer::Flush::every_line).write(line);
}

bool check_step(std::string_view name, ExitCode& code, const std::function<std::string()>& step) {
  try {
    cli::print_check(name, true, step());
    return true;
  } catch (const base::Error& error) {
    cli::print_check(name, false, error.what(), error.hint());
    code = base::exit_code_for(error.kind());
    return false;
  }
}

}  // namespace

ExitCode run_put(const Options& options, cli::Context& context) {
  if (context.options().check) return run_check(options);
  const snow::ConnectionSettings settings = snow::load_connection(options.connection);
  Put put(options, context, settings);
  return put.run();
}

ExitCode run_merge(const Options& options, cli::Context& context) {
  if (context.options().check) return run_check(options);
  const snow::ConnectionSettings settings = snow::load_connection(options.connection);
  const Place place = place_of(options, settings);
  snow::SqlApi api(settings, sql_options(options, context.stop()));
  ndjson::Writer receipts(STDOUT_FILENO, ndjson::Writer::Flush::every_line);
  std::vector<std::string> key;
  for (const std::string& column : options.key) key.push_back(snow::typed_name(column));
  for (const std::string& table : options.tables) {
    receipts.write(
        merge_receipt(merge_table(api, {address_of(place, table), key, options.create})));
  }
  return ExitCode::done;
}

ExitCode run_status(const Options& options, cli::Context& context) {
  if (context.options().check) return run_check(options);
  const snow::ConnectionSettings settings = snow::load_connection(options.connection);
  const Place place = place_of(options, settings);
  snow::SqlApi api(settings, sql_options(options, context.stop()));
  std::vector<std::string> mirrors;
  for (const std::string& table : options.tables) mirrors.push_back(snow::typed_name(table));
  if (mirrors.empty()) mirrors = mirrors_in(api, place);
  for (const std::string& mirror : mirrors) print_status(api, place, mirror);
  return ExitCode::done;
}

ExitCode run_channels(const Options& options, cli::Context& context) {
  if (context.options().check) return run_check(options);
  const snow::ConnectionSettings settings = snow::load_connection(options.connection);
  const Place place = place_of(options, settings);
  snow::SqlApi api(settings, sql_options(options, context.stop()));
  const snow::StatementResult channels =
      api.run("SHOW CHANNELS IN SCHEMA " + snow::sql_name(place.database) + "." +
              snow::sql_name(place.schema));
  ndjson::Writer out(STDOUT_FILENO, ndjson::Writer::Flush::every_line);
  for (const snow::ResultRow& row : channels.rows) {
    std::string line = "{";
    for (std::size_t i = 0; i < row.size(); ++i) {
      append_text_member(line, channels.columns.at(i).name.c_str(), row[i]);
    }
    out.write(line + "}");
  }
  return ExitCode::done;
}

ExitCode run_check(const Options& options) {
  ExitCode code = ExitCode::done;
  snow::ConnectionSettings settings;
  Place place;
  const bool configured = check_step("connection", code, [&] {
    settings = snow::load_connection(options.connection);
    place = place_of(options, settings);
    return settings.user + " at " + snow::base_url(settings) + ", tables in " + place.database +
           "." + place.schema;
  });
  if (!configured) return code;
  const bool has_key = check_step("private key", code, [&] {
    return "RSA_PUBLIC_KEY_FP " + snow::KeyPair::load(settings).fingerprint();
  });
  if (!has_key) return code;
  Options brief = options;
  brief.retry_for = std::chrono::milliseconds(0);
  check_step("streaming", code, [&] {
    snow::StreamingClient client(settings, streaming_options(brief));
    return "ingest host " + client.connect();
  });
  check_step("sql api", code, [&] {
    snow::SqlApi api(settings, sql_options(brief, {}));
    const auto tables = api.run("SHOW TABLES IN SCHEMA " + snow::sql_name(place.database) + "." +
                                snow::sql_name(place.schema));
    return std::to_string(tables.rows.size()) + " tables in the schema";
  });
  return code;
}

}  // namespace cdckit::snow_put
