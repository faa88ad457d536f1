// The one statement that folds a whole journal into its mirror. Pure text.
//
// Every row of the journal is looked at each time: what a mirror row must be is a function of the
// journal alone, so the order in which channels commit does not matter and a second run changes
// nothing. Per key the newest position wins; a truncate removes what is older; a key change moves
// the row. Columns whose value the server did not send (_CDC_UNCHANGED) take the last value known:
// earlier in this life of the key, else in the life under the old key (and so on), else the
// mirror's.
#pragma once

#include "common/snow/table_description.hpp"

#include <string>
#include <vector>

namespace cdckit::snow_put {

struct MergePlan {
  snow::TableAddress journal;
  snow::TableAddress mirror;
  std::vector<snow::TableColumn> columns;  // those that journal and mirror share, not metadata
  std::vector<std::string> key;            // names among them
  bool mirror_has_position = false;        // the mirror has _CDC_POS
};

std::string merge_sql(const MergePlan& plan);
// A column of this type may be left out by the server because it is stored out of line.
bool may_be_unchanged(const snow::ColumnType& type);

}  // namespace cdckit::snow_put
