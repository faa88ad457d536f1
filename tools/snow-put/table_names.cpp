#include "tools/snow-put/table_names.hpp"

#include "common/base/error.hpp"
#include "common/snow/identifiers.hpp"

#include <algorithm>
#include <cctype>

namespace cdckit::snow_put {

TableNames::TableNames(const std::string& single, const std::vector<std::string>& table_map)
    : single_(single.empty() ? "" : snow::typed_name(single)) {
  for (const std::string& entry : table_map) {
    const std::size_t equals = entry.find('=');
    mapped_[entry.substr(0, equals)] = snow::typed_name(entry.substr(equals + 1));
  }
}

std::string TableNames::choose(const std::string& schema, const std::string& table) const {
  if (!single_.empty()) return single_;
  for (const std::string& source : {schema + "." + table, table}) {
    if (const auto found = mapped_.find(source); found != mapped_.end()) return found->second;
  }
  return snow::stored_name(table);
}

const std::string& TableNames::target(const std::string& schema, const std::string& table) {
  const std::string source = schema + "." + table;
  if (const auto known = chosen_.find(source); known != chosen_.end()) return known->second;
  const std::string target = choose(schema, table);
  const auto [owner, is_new] = owners_.emplace(target, source);
  if (!is_new) {
    throw base::Error(base::ErrorKind::config,
                      "could not put \"" + source + "\" into table \"" + target + "\": \"" +
                          owner->second + "\" goes there already",
                      "Give one of them another table with --table-map SCHEMA.TABLE=NAME.");
  }
  return chosen_.emplace(source, target).first->second;
}

std::string journal_name(const std::string& target) {
  return target + "_JOURNAL";
}

std::string pipe_name(const std::string& table) {
  return table + "-STREAMING";
}

std::string channel_name(const std::string& text) {
  std::string name = text;
  std::replace_if(
      name.begin(),
      name.end(),
      [](unsigned char c) { return std::isalnum(c) == 0 && c != '.' && c != '-' && c != '_'; },
      '_');
  return name;
}

}  // namespace cdckit::snow_put
