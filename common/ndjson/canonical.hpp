// One text for each JSON value, whoever printed it (RFC 8785): no blanks, members sorted by name
// (by code point, as COLLATE "C" does in SQL, where the RFC sorts by UTF-16 unit), the last of
// equal names alone, numbers as ECMAScript prints the nearest double, strings with as few escapes
// as can be. What is no double (1e400) and a string with half a surrogate pair stay as they came.
// Pure; throws nothing but what memory does.
#pragma once

#include <string>
#include <string_view>

namespace cdckit::ndjson {

// `json` is a valid value. Depth costs stack: a few hundred bytes a level.
void append_canonical(std::string& out, std::string_view json);
// A finite number.
void append_canonical_number(std::string& out, double number);

}  // namespace cdckit::ndjson
