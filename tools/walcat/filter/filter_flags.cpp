#include "tools/walcat/filter/filter_flags.hpp"

#include "common/base/text.hpp"

#include <algorithm>
#include <stdexcept>

namespace cdckit::walcat {

OpSet parse_ops(const std::string& text) {
  OpSet ops;
  for (const auto& word : base::split(text, ',')) {
    const auto op = base::trim(word);
    if (op.size() != 1 || kOps.find(op.front()) == std::string_view::npos) {
      throw std::invalid_argument("not a list of c, u, d, t, m and r such as c,u,d");
    }
    ops.set(op_index(op.front()));
  }
  return ops;
}

MaskRule parse_mask(const std::string& text) {
  constexpr std::string_view kHash = "=hash:";
  const auto at = text.find(kHash);
  MaskRule rule{.columns = text.substr(0, at), .hash = at != std::string::npos, .salt = {}};
  if (rule.hash) rule.salt = text.substr(at + kHash.size());
  const bool bare = rule.salt == "@" || rule.salt == "$";
  if (rule.columns.empty() || rule.columns.find('=') != std::string::npos ||
      (rule.hash && (rule.salt.empty() || bare))) {
    throw std::invalid_argument("not COLUMN or COLUMN=hash:SALT");
  }
  return rule;
}

KeyRule parse_key(const std::string& text) {
  const auto colon = text.rfind(':');
  KeyRule rule;
  if (colon != std::string::npos) {
    rule.table = text.substr(0, colon);
    for (const auto& name : base::split(std::string_view(text).substr(colon + 1), ',')) {
      rule.columns.emplace_back(base::trim(name));
    }
  }
  const auto& names = rule.columns;
  const bool gap = std::find(names.begin(), names.end(), "") != names.end();
  if (rule.table.empty() || names.empty() || gap) {
    throw std::invalid_argument("not TABLE:column,column");
  }
  auto sorted = names;
  std::sort(sorted.begin(), sorted.end());
  if (std::adjacent_find(sorted.begin(), sorted.end()) != sorted.end()) {
    throw std::invalid_argument("a column stands in it twice");
  }
  return rule;
}

void add_filter_flags(std::vector<cli::Flag>& into, FilterOptions& options) {
  cli::FlagTable table("Filters");
  table.list("column",
             "GLOB",
             options.columns,
             "Only columns whose schema.table.column fits (table.column with one dot, the column "
             "alone without) and the key.");
  table.list("exclude-column", "GLOB", options.exclude_columns, "Not these columns; keys stay.");
  table.custom(
      "ops",
      "OPS",
      [&options](const std::string& text) { options.ops = parse_ops(text); },
      "Only these operations, separated by commas: c, u, d, t, m, r.");
  auto& mask = table.custom(
      "mask",
      "COLUMN[=hash:SALT]",
      [&options](const std::string& text) { options.masks.push_back(parse_mask(text)); },
      "Hide the values of columns that fit (a glob as in --column): asterisks instead of text, "
      "null instead of anything else. With hash: text becomes its HMAC-SHA-256, keyed with SALT, "
      "@FILE or $VARIABLE. NULL stays null.");
  mask.repeatable = true;
  auto& key = table.custom(
      "key",
      "TABLE:COLUMN[,COLUMN]",
      [&options](const std::string& text) { options.keys.push_back(parse_key(text)); },
      "Key of the tables that fit (a glob as in --table), instead of the primary key.");
  key.repeatable = true;
  into.insert(into.end(), table.flags.begin(), table.flags.end());
}

}  // namespace cdckit::walcat
