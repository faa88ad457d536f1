// One JSON value of a source row, written the way a Snowflake column of the given type takes it.
// Pure; values that need no change are copied as they stand.
#pragma once

#include "common/snow/type_map.hpp"

#include <string>
#include <string_view>

namespace cdckit::snow_put {

// `token` is raw JSON. Numbers beyond a double's digits become strings, hex bytea becomes base64,
// anything but a string in a text column becomes its text, infinities get Snowflake's spelling.
void append_value(std::string& out, const snow::ColumnType& type, std::string_view token);

}  // namespace cdckit::snow_put
