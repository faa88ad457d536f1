#include "tools/snow-ddl/history/history_table.hpp"

#include "common/base/text.hpp"
#include "common/snow/identifiers.hpp"

#include <algorithm>
#include <stdexcept>

#include <fmt/format.h>

namespace cdckit::snow_ddl {
namespace {

std::vector<std::string> split_name(const std::string& text) {
  std::vector<std::string> parts(1);
  bool quoted = false;
  for (const char c : text) {
    if (c == '"') quoted = !quoted;
    if (c == '.' && !quoted) {
      parts.emplace_back();
    } else {
      parts.back() += c;
    }
  }
  if (quoted) parts.clear();
  return parts;
}

}  // namespace

HistoryTable parse_history_table(const std::string& text) {
  const std::vector<std::string> parts = split_name(text);
  const bool whole = !parts.empty() && parts.size() <= 3 &&
                     std::none_of(parts.begin(), parts.end(), [](const auto& part) {
                       return part.empty() || part == "\"\"";
                     });
  if (!whole) throw std::invalid_argument(fmt::format("\"{}\" is not DATABASE.SCHEMA.TABLE", text));
  HistoryTable table;
  table.table = snow::typed_name(parts.back());
  if (parts.size() > 1) table.schema = snow::typed_name(parts[parts.size() - 2]);
  if (parts.size() > 2) table.database = snow::typed_name(parts.front());
  return table;
}

std::string sql_name(const HistoryTable& table) {
  return snow::sql_name(table.database, table.schema, table.table);
}

std::string select_text(const HistoryTable& table) {
  return fmt::format(R"(
SELECT VERSION, DESCRIPTION, SCRIPT, SCRIPT_TYPE, CHECKSUM, EXECUTION_TIME, STATUS, INSTALLED_BY,
  TO_VARCHAR(CONVERT_TIMEZONE('UTC', INSTALLED_ON), 'YYYY-MM-DD"T"HH24:MI:SS.FF3"Z"') AS INSTALLED_ON
FROM {table} AS HISTORY
ORDER BY HISTORY.INSTALLED_ON)",
                     fmt::arg("table", sql_name(table)));
}

std::vector<HistoryEntry> read_entries(const snow::StatementResult& result) {
  std::vector<HistoryEntry> entries;
  for (std::size_t row = 0; row < result.rows.size(); ++row) {
    HistoryEntry entry;
    entry.version = result.text(row, "VERSION");
    entry.description = result.text(row, "DESCRIPTION");
    entry.script = result.text(row, "SCRIPT");
    const std::string& kind = result.text(row, "SCRIPT_TYPE");
    entry.kind = kind.empty() ? '?' : kind.front();
    entry.checksum = result.text(row, "CHECKSUM");
    entry.seconds = base::parse_signed(result.text(row, "EXECUTION_TIME")).value_or(0);
    entry.success = base::to_lower(result.text(row, "STATUS")) == "success";
    entry.installed_by = result.text(row, "INSTALLED_BY");
    entry.installed_on = result.text(row, "INSTALLED_ON");
    entries.push_back(std::move(entry));
  }
  return entries;
}

std::string forget_version_text(const HistoryTable& table, const std::string& version) {
  return fmt::format("DELETE FROM {} WHERE SCRIPT_TYPE = 'V' AND VERSION = {}",
                     sql_name(table),
                     snow::sql_text(version));
}

std::string select_of(const HistoryEntry& entry, std::size_t later) {
  const std::string now = later == 0
                              ? "CURRENT_TIMESTAMP()"
                              : fmt::format("DATEADD(microsecond, {}, CURRENT_TIMESTAMP())", later);
  return fmt::format(
      "SELECT {version}, {description}, {script}, {kind}, {checksum}, {seconds}, {status},\n"
      "  CURRENT_USER(), {now}",
      fmt::arg("version", snow::sql_text(entry.version)),
      fmt::arg("description", snow::sql_text(entry.description)),
      fmt::arg("script", snow::sql_text(entry.script)),
      fmt::arg("kind", snow::sql_text(std::string(1, entry.kind))),
      fmt::arg("checksum", snow::sql_text(entry.checksum)),
      fmt::arg("seconds", entry.seconds),
      fmt::arg("status", entry.success ? "'Success'" : "'Failed'"),
      fmt::arg("now", now));
}

std::string insert_text(const HistoryTable& table, const HistoryEntry& entry) {
  return fmt::format(R"(
INSERT INTO {} (VERSION, DESCRIPTION, SCRIPT, SCRIPT_TYPE, CHECKSUM, EXECUTION_TIME, STATUS,
  INSTALLED_BY, INSTALLED_ON)
{})",
                     sql_name(table),
                     select_of(entry));
}

}  // namespace cdckit::snow_ddl
