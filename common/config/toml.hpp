// Reads TOML files (flags with --config, Snowflake's connections.toml) into plain text values, so
// that the TOML library stays in this room. Throws config with file:line:column.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace cdckit::config {

// Table name ("" at the top, nested ones dotted) -> key -> values as text; an array has several.
using Table = std::map<std::string, std::vector<std::string>>;
using Document = std::map<std::string, Table>;

Document parse_toml(std::string_view text, const std::string& source);
Document read_toml(const std::string& path);

}  // namespace cdckit::config
