// Which of some rows are in a journal: how a refused row is told from its neighbours, as the
// service only counts them.
#pragma once

#include "common/snow/sql_api.hpp"
#include "common/snow/table_description.hpp"

#include <string>
#include <unordered_set>
#include <vector>

namespace cdckit::snow_put {

using Positions = std::unordered_set<std::string>;

// Those of `wanted` that the journal holds. One query over the range that they span.
Positions stored_positions(snow::SqlApi& api,
                           const snow::TableAddress& journal,
                           const std::vector<std::string>& wanted);
std::string stored_positions_sql(const snow::TableAddress& journal,
                                 const std::string& first,
                                 const std::string& last);

}  // namespace cdckit::snow_put
