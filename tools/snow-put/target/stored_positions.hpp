// Which of some rows are in a table: how a refused row is told from its neighbours, as the service
// only counts them.
#pragma once

#include "common/snow/sql_api.hpp"
#include "common/snow/table_description.hpp"

#include <string>
#include <unordered_set>
#include <vector>

namespace cdckit::snow_put {

using Positions = std::unordered_set<std::string>;

// How SQL reads a row's position in a table of this shape: a journal's column, or what
// RECORD_METADATA says of events that brought one. Empty: it does not tell.
std::string position_sql(const snow::TableDescription& table);
// Those of `wanted` that the table holds. One query over the range that they span.
Positions stored_positions(snow::SqlApi& api,
                           const snow::TableAddress& table,
                           const std::string& position,
                           const std::vector<std::string>& wanted);
std::string stored_positions_sql(const snow::TableAddress& table,
                                 const std::string& position,
                                 const std::string& first,
                                 const std::string& last);

}  // namespace cdckit::snow_put
