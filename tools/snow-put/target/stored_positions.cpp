#include "tools/snow-put/target/stored_positions.hpp"

#include "common/snow/identifiers.hpp"
#include "tools/snow-put/rows/journal.hpp"

#include <algorithm>

namespace cdckit::snow_put {

std::string position_sql(const snow::TableDescription& table) {
  if (table.find(std::string(kPos)) != nullptr) return snow::sql_name(kPos);
  if (table.find(std::string(kRecordMetadata)) == nullptr) return {};
  return "GET(GET(" + snow::sql_name(kRecordMetadata) + ", 'headers'), 'cdc.pos')::VARCHAR";
}

std::string stored_positions_sql(const snow::TableAddress& table,
                                 const std::string& position,
                                 const std::string& first,
                                 const std::string& last) {
  return "SELECT " + position + " FROM " + snow::sql_name(table) + " WHERE " + position +
         " BETWEEN " + snow::sql_text(first) + " AND " + snow::sql_text(last);
}

Positions stored_positions(snow::SqlApi& api,
                           const snow::TableAddress& table,
                           const std::string& position,
                           const std::vector<std::string>& wanted) {
  Positions found;
  if (wanted.empty()) return found;
  const auto [first, last] = std::minmax_element(wanted.begin(), wanted.end());
  const snow::StatementResult result =
      api.run(stored_positions_sql(table, position, *first, *last));
  for (const snow::ResultRow& row : result.rows) {
    if (!row.empty() && row.front()) found.insert(*row.front());
  }
  return found;
}

}  // namespace cdckit::snow_put
