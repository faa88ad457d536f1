// The statements that fold a journal, or a slice of it, into its mirror. Pure text.
//
// What a mirror row must be is a function of the journal's rows and of the row that is there, so
// the order in which channels commit does not matter and a second run changes nothing. Per key the
// newest position wins; a truncate removes what is older; a key change moves the row. Columns whose
// value the server did not send (_CDC_UNCHANGED) take the last value known: earlier in this life of
// the key, else in the life under the old key (and so on), else the mirror's.
#pragma once

#include "common/journal/merge_plan.hpp"

#include <string>

namespace cdckit::journal {

// An INSERT where the slice holds nothing but new rows: the mirror is not read then.
std::string merge_sql(const MergePlan& plan);
// What a truncate within the slice removes: rows that the slice does not name. Nothing without one.
std::string truncate_sql(const MergePlan& plan);

// Keys that were deleted and the newest position of that: an older row that a slower channel brings
// later must not bring them back.
std::string create_graves_sql(const MergePlan& plan, const snow::TableAddress& graves);
// Adds the deletes of the slice.
std::string bury_sql(const MergePlan& plan);

// The table as it was when everything below `before` was in: the mirror and, over it, the slice of
// the journal. `names`: the columns wanted, of the mirror.
std::string picture_sql(const MergePlan& plan, const std::vector<std::string>& names);
// From the journal alone.
std::string journal_picture_sql(const MergePlan& plan, const std::vector<std::string>& names);
// <T>_LIVE: the mirror's columns, with what the journal has beyond the position that `state` keeps.
std::string create_live_sql(const MergePlan& plan,
                            const snow::TableAddress& view,
                            const snow::TableAddress& state);

}  // namespace cdckit::journal
