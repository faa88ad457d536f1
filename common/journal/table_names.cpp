#include "common/journal/table_names.hpp"

#include "common/base/error.hpp"
#include "common/journal/state_table.hpp"
#include "common/snow/identifiers.hpp"

#include <algorithm>
#include <cctype>
#include <stdexcept>

namespace cdckit::journal {
namespace {

std::pair<std::string, std::string> halves(const std::string& entry) {
  const std::size_t equals = entry.find('=');
  return {entry.substr(0, equals), entry.substr(equals + 1)};
}

bool is_expression(const std::string& text) {
  return text.find_first_of("^$*+?()[]{}|\\") != std::string::npos;
}

// ECMAScript's groups, named as sed names them.
std::string replacement(std::string text) {
  for (std::size_t at = 0; (at = text.find('\\', at)) != std::string::npos; ++at) text[at] = '$';
  return text;
}

}  // namespace

std::string table_map_entry(const std::string& text) {
  const std::size_t equals = text.find('=');
  if (equals == std::string::npos || equals == 0 || equals + 1 == text.size())
    throw std::invalid_argument("\"" + text + "\" is no SRC=DST");
  return text;
}

TableNames::TableNames(const std::string& single,
                       const std::vector<std::string>& table_map,
                       const std::vector<std::string>& added,
                       bool with_journals)
    : single_(single.empty() ? "" : snow::typed_name(single)), with_journals_(with_journals) {
  for (const std::string& entry : table_map) {
    const auto [source, target] = halves(entry);
    if (!is_expression(source)) {
      mapped_[source] = snow::typed_name(target);
      continue;
    }
    try {
      patterns_.push_back({std::regex(source), replacement(target)});
    } catch (const std::regex_error& error) {
      throw base::Error(base::ErrorKind::usage,
                        "could not use --table-map \"" + entry + "\": \"" + source +
                            "\" is no regular expression");
    }
  }
  for (const std::string& entry : added) {
    const auto [column, text] = halves(entry);
    added_.emplace_back(snow::column_name(column), replacement(text));
  }
}

ChosenTable TableNames::choose(const SourceName& source) const {
  const auto& [schema, table] = source;
  if (!single_.empty()) return {single_, {}};
  for (const std::string& name : {schema + "." + table, table}) {
    if (const auto found = mapped_.find(name); found != mapped_.end()) return {found->second, {}};
  }
  std::smatch match;
  const std::string name = schema + "." + table;
  for (const Pattern& pattern : patterns_) {
    if (!std::regex_match(name, match, pattern.expression)) continue;
    ChosenTable chosen{snow::typed_name(match.format(pattern.target)), {}};
    for (const auto& [column, text] : added_)
      chosen.constants.emplace_back(column, match.format(text));
    return chosen;
  }
  return {snow::stored_name(table), {}};
}

// What is made for one table must not be another source's: it would be taken for ours.
void TableNames::check_beside(const SourceName& source, const std::string& name) const {
  if (!with_journals_) return;
  if (name == kStateTable) {
    throw base::Error(base::ErrorKind::config,
                      "could not put " + source.first + "." + source.second + " into table \"" +
                          name + "\": that is where positions are kept",
                      "Give it another table with --table-map SCHEMA.TABLE=NAME.");
  }
  const auto full = [](const SourceName& one) {
    return "\"" + one.first + "." + one.second + "\"";
  };
  for (auto* const make : {journal_name, live_name, history_name, graves_name}) {
    const auto under = owners_.find(make(name));
    const auto above = std::find_if(owners_.begin(), owners_.end(), [&](const auto& owner) {
      return make(owner.first) == name;
    });
    if (under == owners_.end() && above == owners_.end()) continue;
    const auto& other = under == owners_.end() ? *above : *under;
    throw base::Error(base::ErrorKind::config,
                      "could not put " + full(source) + " into table \"" + name +
                          "\": " + full(other.second) + " goes into \"" + other.first +
                          "\", and one of them would be what stands beside the other",
                      "Give one of them another table with --table-map SCHEMA.TABLE=NAME.");
  }
}

const ChosenTable& TableNames::target(const SourceName& source) {
  if (const auto known = chosen_.find(source); known != chosen_.end()) return known->second;
  ChosenTable chosen = choose(source);
  check_beside(source, chosen.name);
  const auto [owner, is_new] = owners_.emplace(chosen.name, source);
  if (!is_new && chosen.constants.empty()) {
    throw base::Error(base::ErrorKind::config,
                      "could not put \"" + source.first + "." + source.second + "\" into table \"" +
                          chosen.name + "\": \"" + owner->second.first + "." +
                          owner->second.second + "\" goes there already",
                      "Give one of them another table with --table-map SCHEMA.TABLE=NAME.");
  }
  return chosen_.emplace(source, std::move(chosen)).first->second;
}

std::string journal_name(const std::string& target) {
  return target + "_JOURNAL";
}

std::string live_name(const std::string& target) {
  return target + "_LIVE";
}

std::string history_name(const std::string& target) {
  return target + "_HISTORY";
}

std::string graves_name(const std::string& target) {
  return target + "_DELETED";
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

}  // namespace cdckit::journal
