// How the values of a column are written, from the Connect schema that comes with the stream or,
// without one, from the column's type and the connector's defaults. Pure.
#pragma once

#include "common/debezium/decoding.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cdckit::debezium {

// The connector's binary.handling.mode, where a schema says no more than "string".
enum class Binary : std::uint8_t { unsaid, bytes, base64, base64_url_safe, hex };

// Stands for a type where the target takes any document, and the source's is not known.
inline constexpr std::string_view kAnyDocument = "document";

// `text`: the type of the column, as format_type() prints it, domains resolved.
Decoding decoding_by_type(std::string_view text, Binary binary);
// `schema`: the column's Connect schema, a JSON object.
Decoding decoding_by_schema(std::string_view schema, std::string_view type, Binary binary);

// The columns of a row in the Connect schema of an event's value (an envelope, or the row itself):
// name and schema. Empty when there is no such thing in it.
std::vector<std::pair<std::string, std::string_view>> row_fields(std::string_view value_schema);

}  // namespace cdckit::debezium
