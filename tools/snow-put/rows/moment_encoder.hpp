// Dates and times as Snowflake takes them: what the column would cut off or read by the session's
// time zone is no value for it. Pure.
#pragma once

#include "common/snow/type_map.hpp"

#include <string>
#include <string_view>

namespace cdckit::snow_put {

// Appends the JSON token; otherwise nothing, and the reason is returned.
const char* append_moment(std::string& out, const snow::ColumnType& type, std::string_view token);

}  // namespace cdckit::snow_put
