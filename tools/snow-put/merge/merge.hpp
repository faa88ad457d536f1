// Folding a journal into its mirror through the SQL API: what the two tables look like, the MERGE
// of a whole journal, its counts.
#pragma once

#include "common/snow/sql_api.hpp"
#include "tools/snow-put/rows/journal.hpp"

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
  std::string from;      // positions: what was folded lies above it ..
  std::string upto;      // .. and below it; empty: no bound
  std::string query_id;  // of the statement, in the account's history
  std::uint64_t inserted = 0;
  std::uint64_t updated = 0;
  std::uint64_t deleted = 0;
  std::int64_t milliseconds = 0;
};

// Describes both tables, and makes the mirror where that is asked for. Throws unavailable when a
// table is missing or the mirror has no key.
MergePlan make_plan(snow::SqlApi& api, const MergeRequest& request);
// The whole journal. Throws like make_plan().
MergeResult merge_table(snow::SqlApi& api, const MergeRequest& request);
// A checkpoint of the source's position; those of an unfinished snapshot are none.
bool bounds_a_fold(const std::string& checkpoint_pos);
// One line for stdout.
std::string merge_receipt(const MergeResult& result);

}  // namespace cdckit::snow_put
