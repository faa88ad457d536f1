// tested by tests/integration/snow-put/test_refusals.py::test_status_and_channels
#include "tools/snow-put/commands/listing.hpp"

#include "common/cli/line_table.hpp"
#include "common/ndjson/text.hpp"
#include "common/ndjson/writer.hpp"
#include "common/snow/identifiers.hpp"
#include "tools/snow-put/rows/journal.hpp"

#include <algorithm>
#include <set>
#include <unistd.h>

namespace cdckit::snow_put {
namespace {

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

std::string journal_line(snow::SqlApi& api, const Place& place, const std::string& mirror) {
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
  return line;
}

}  // namespace

base::ExitCode print_status(snow::SqlApi& api,
                            const Place& place,
                            const std::vector<std::string>& tables,
                            const std::string& format) {
  std::vector<std::string> mirrors;
  for (const std::string& table : tables) mirrors.push_back(snow::typed_name(table));
  if (mirrors.empty()) mirrors = mirrors_in(api, place);
  ndjson::Writer out(STDOUT_FILENO, ndjson::Writer::Flush::every_line);
  cli::LineTable table(out, format);
  for (const std::string& mirror : mirrors) table.add(journal_line(api, place, mirror));
  table.finish();
  return base::ExitCode::done;
}

base::ExitCode print_channels(snow::SqlApi& api,
                              const Place& place,
                              const std::vector<std::string>& tables,
                              const std::string& format) {
  std::set<std::string> wanted;  // plain rows go into the table itself
  for (const std::string& name : tables) {
    wanted.insert(snow::typed_name(name));
    wanted.insert(journal_name(snow::typed_name(name)));
  }
  const snow::StatementResult channels =
      api.run("SHOW CHANNELS IN SCHEMA " + snow::sql_name(place.database) + "." +
              snow::sql_name(place.schema));
  ndjson::Writer out(STDOUT_FILENO, ndjson::Writer::Flush::every_line);
  cli::LineTable table(out, format);
  for (std::size_t number = 0; number < channels.rows.size(); ++number) {
    if (!wanted.empty() && !wanted.contains(channels.text(number, "table_name"))) continue;
    const snow::ResultRow& row = channels.rows[number];
    std::string line = "{";
    for (std::size_t i = 0; i < row.size(); ++i) {
      append_text_member(line, channels.columns.at(i).name.c_str(), row[i]);
    }
    table.add(line + "}");
  }
  table.finish();
  return base::ExitCode::done;
}

}  // namespace cdckit::snow_put
