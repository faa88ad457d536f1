// Folding a journal into its mirror through the SQL API: what the two tables look like, the MERGE,
// its counts.
#pragma once

#include "common/snow/sql_api.hpp"
#include "tools/snow-put/merge_sql.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace cdckit::snow_put {

struct MergeRequest {
  snow::TableAddress mirror;
  std::vector<std::string> key;  // stored names; empty: the mirror's primary key
  bool create = false;
};

struct MergeResult {
  std::string table;
  std::uint64_t inserted = 0;
  std::uint64_t updated = 0;
  std::uint64_t deleted = 0;
  std::int64_t milliseconds = 0;
};

// Throws unavailable when a table is missing or the mirror has no key.
MergeResult merge_table(snow::SqlApi& api, const MergeRequest& request);
// {"tool":"snow-put","table",...}
std::string merge_receipt(const MergeResult& result);

}  // namespace cdckit::snow_put
