// _CDC_STATE: what is known about each source and how far each table is folded. Pure text.
#pragma once

#include "common/snow/table_description.hpp"

#include <string>

namespace cdckit::journal {

inline constexpr const char* kStateTable = "_CDC_STATE";

// Row with an empty TABLE_NAME: a channel prefix, its source and lock. With one: how far the table
// is folded.
std::string create_state_sql(const snow::TableAddress& state);

}  // namespace cdckit::journal
