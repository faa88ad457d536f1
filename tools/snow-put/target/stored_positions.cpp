#include "tools/snow-put/target/stored_positions.hpp"

#include "common/snow/identifiers.hpp"
#include "tools/snow-put/rows/journal.hpp"

#include <algorithm>

namespace cdckit::snow_put {

std::string stored_positions_sql(const snow::TableAddress& journal,
                                 const std::string& first,
                                 const std::string& last) {
  const std::string column = snow::sql_name(kPos);
  return "SELECT " + column + " FROM " + snow::sql_name(journal) + " WHERE " + column +
         " BETWEEN " + snow::sql_text(first) + " AND " + snow::sql_text(last);
}

Positions stored_positions(snow::SqlApi& api,
                           const snow::TableAddress& journal,
                           const std::vector<std::string>& wanted) {
  Positions found;
  if (wanted.empty()) return found;
  const auto [first, last] = std::minmax_element(wanted.begin(), wanted.end());
  const snow::StatementResult result = api.run(stored_positions_sql(journal, *first, *last));
  for (const snow::ResultRow& row : result.rows) {
    if (!row.empty() && row.front()) found.insert(*row.front());
  }
  return found;
}

}  // namespace cdckit::snow_put
