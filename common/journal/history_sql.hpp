// <T>_HISTORY: every version that a row has had at the end of a commit, from which commit to which.
// Pure text. Written in the fold's transaction, before the mirror changes.
#pragma once

#include "common/journal/merge_plan.hpp"

#include <string>
#include <vector>

namespace cdckit::journal {

std::string create_history_sql(const MergePlan& plan, const snow::TableAddress& history);
// Closes versions that the slice ends, then adds its own.
std::vector<std::string> history_sql(const MergePlan& plan, const snow::TableAddress& history);

}  // namespace cdckit::journal
