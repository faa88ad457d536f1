// How names of a source become Snowflake names, and how a stored name is written in SQL, in a URL
// path and in a row. Pure text.
#pragma once

#include <string>
#include <string_view>

namespace cdckit::snow {

// The name as Snowflake stores it: what can be an unquoted identifier is folded to upper case
// (live_state -> LIVE_STATE), anything else is kept as it is.
std::string stored_name(std::string_view source_name);
// The same for a column. Six names are refused by the service even in quotes (localtime,
// localtimestamp, current_date, current_time, current_timestamp, current_user, in any case): they
// get a `_` behind them.
std::string column_name(std::string_view source_name);
// A name typed by a user: `"quoted"` is taken verbatim, else as stored_name().
std::string typed_name(std::string_view typed);
// Upper-case letters, digits, _ and $, not beginning with a digit or $.
bool is_plain_name(std::string_view stored);
// Always quoted, so that reserved words need no list: "LIVE_STATE".
std::string sql_name(std::string_view stored);
std::string sql_name(std::string_view database, std::string_view schema, std::string_view object);
// 'text' with its quotes and backslashes escaped.
std::string sql_text(std::string_view text);
// One part of a streaming URL: quotes only where the name needs them, percent-encoded.
std::string path_name(std::string_view stored);

}  // namespace cdckit::snow
