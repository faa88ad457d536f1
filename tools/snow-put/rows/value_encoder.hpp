// One JSON value of a source row, written the way a Snowflake column of the given type takes it:
// the same value, or a reason why there is none. Pure; values that need no change are copied as
// they stand.
#pragma once

#include "common/snow/type_map.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace cdckit::snow_put {

// What becomes of a text, document or binary beyond the service's limit.
enum class Oversize { reject, null, truncate };

// The service's limits for one value.
inline constexpr std::size_t kLargestText = 16U << 20U;
inline constexpr std::size_t kLargestBinary = 8U << 20U;

// Escapes of U+0000 and of surrogates without their other half, anywhere in valid JSON: a column
// that holds one cannot be read.
bool is_unreadable(std::string_view json) noexcept;
inline constexpr const char* kUnreadable =
    "it holds U+0000 or half a surrogate pair, which makes a column unreadable";

// `token` is raw JSON. Numbers beyond a double's digits become strings, hex bytea becomes base64,
// anything but a string in a text column becomes its text, infinities get Snowflake's spelling.
// `plain`: a string is known to hold no escape.
// Returns nullptr, or why the column cannot hold exactly this value (static text; `out` may then
// hold a part of it).
const char* append_value(std::string& out,
                         const snow::ColumnType& type,
                         std::string_view token,
                         Oversize oversize = Oversize::reject,
                         bool plain = false);

// Why a text or binary that append_value() took is longer than its column, or nullptr.
const char* excess(const snow::ColumnType& type, std::string_view token);

}  // namespace cdckit::snow_put
