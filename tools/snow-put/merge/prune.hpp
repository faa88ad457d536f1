// Taking rows out of a journal that are folded and older than the user wants to keep. What was
// taken out is remembered: nobody may take the rest for the whole. Talks to the SQL API.
#pragma once

#include "common/snow/sql_api.hpp"
#include "tools/snow-put/merge/fold_state.hpp"
#include "tools/snow-put/rows/journal.hpp"

#include <chrono>
#include <string>

namespace cdckit::snow_put {

struct PruneSettings {
  snow::TableAddress state;
  std::string prefix;
  std::chrono::milliseconds keep{0};
};

// AND's for the rows that may go.
std::string prunable(const TableFold& fold, std::chrono::milliseconds keep);
// `fold`: how far the journal is folded. The caller has the merge lock, or had it just now.
void prune_journal(snow::SqlApi& api,
                   const PruneSettings& settings,
                   const MergePlan& plan,
                   TableFold fold);

}  // namespace cdckit::snow_put
