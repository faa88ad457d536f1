#include "tools/cdc-check/rules/rule_reader.hpp"

#include "common/base/text.hpp"
#include "common/cli/nearest.hpp"
#include "tools/cdc-check/values/arithmetic.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace cdckit::cdc_check {
namespace {

// What a kind has to have and may have beside what every rule may.
struct Keys {
  RuleKind kind;
  std::vector<std::string> needed;
  std::vector<std::string> other;
};

const std::vector<Keys>& all_kinds() {
  static const std::vector<Keys> kinds{
      {RuleKind::not_null, {"column"}, {}},
      {RuleKind::type, {"column", "type"}, {}},
      {RuleKind::range, {"column"}, {"min", "max", "unit"}},
      {RuleKind::length, {"column"}, {"min", "max"}},
      {RuleKind::regex, {"column", "pattern"}, {}},
      {RuleKind::enumeration, {"column", "values"}, {}},
      {RuleKind::unique, {"window"}, {"column", "columns"}},
      {RuleKind::foreign, {"column", "file"}, {}},
      {RuleKind::freshness, {"max_age"}, {"column", "unit"}},
      {RuleKind::monotonic, {"column"}, {"by", "strict"}},
      {RuleKind::expression, {"expr"}, {"column"}},
      {RuleKind::json_schema, {"schema"}, {"column"}},
  };
  return kinds;
}

constexpr std::array kCommon{
    "name", "kind", "severity", "table", "on", "max_bad_ratio", "window", "description"};

[[noreturn]] void refuse_word(const Node& node,
                              const std::string& what,
                              const std::vector<std::string>& words) {
  const std::string hint = cli::near_miss_hint(node.text, words);
  refuse(node.place,
         "there is no " + what + " \"" + node.text + "\"",
         hint.empty() ? "Known: " + cli::joined(words) + "." : hint);
}

template <class Word, std::size_t Size>
Word read_word(const Node& node, const std::string& what, const std::array<Word, Size>& known) {
  std::vector<std::string> words;
  for (const Word word : known) {
    words.emplace_back(word_of(word));
    if (node.is_scalar() && node.text == words.back()) return word;
  }
  if (!node.is_scalar())
    refuse(node.place, "\"" + node.name + "\" is one word, not " + node.type_name());
  refuse_word(node, what, words);
}

std::string read_text(const Node& node) {
  if (!node.is_scalar() || node.type == Node::Type::null || node.text.empty())
    refuse(node.place, "\"" + node.name + "\" is text, not " + node.type_name());
  return node.text;
}

Path read_path(const Node& node) {
  Path path = parse_path(read_text(node));
  if (std::find(path.begin(), path.end(), "") != path.end())
    refuse(node.place, "a part of the column \"" + node.text + "\" is empty");
  return path;
}

std::vector<Path> read_paths(const Node& node) {
  if (node.type != Node::Type::list) return {read_path(node)};
  std::vector<Path> paths;
  for (const Node& item : node.items) paths.push_back(read_path(item));
  if (paths.empty()) refuse(node.place, "\"" + node.name + "\" is empty");
  return paths;
}

std::uint64_t read_count(const Node& node, std::uint64_t most) {
  const auto count =
      node.type == Node::Type::number ? base::parse_unsigned(node.text) : std::nullopt;
  if (!count || *count < 1 || *count > most)
    refuse(node.place, "\"" + node.name + "\" is a whole number from 1 to " + std::to_string(most));
  return *count;
}

// bad / window > ratio, without a division
std::uint64_t most_bad(const Node& node, std::uint64_t window) {
  const auto ratio = node.type == Node::Type::number ? parse_decimal(node.text) : std::nullopt;
  if (!ratio || ratio->negative || compare(*ratio, decimal_of(1)) > 0)
    refuse(node.place, "\"max_bad_ratio\" is a number from 0 to 1");
  const Decimal most = multiply(*ratio, decimal_of(static_cast<std::int64_t>(window)));
  return static_cast<std::uint64_t>(whole_part(most).value_or(0));
}

Bound read_bound(const Node& node) {
  Bound bound;
  bound.text = node.text;
  if (const auto number = node.is_scalar() ? parse_decimal(node.text) : std::nullopt) {
    bound.number = *number;
    return bound;
  }
  if (const auto moment = node.is_scalar() ? parse_moment(node.text) : std::nullopt) {
    bound.type = Bound::Type::moment;
    bound.moment = *moment;
    return bound;
  }
  if (const auto time = node.is_scalar() ? parse_time_of_day(node.text) : std::nullopt) {
    bound.type = Bound::Type::time_of_day;
    bound.moment = *time;
    return bound;
  }
  refuse(node.place,
         "\"" + node.name + "\" is a number, a date or a time, not " +
             (node.is_scalar() ? "\"" + node.text + "\"" : node.type_name()));
}

bool is_below(const Bound& left, const Bound& right) {
  return left.type == Bound::Type::number ? compare(left.number, right.number) < 0
                                          : left.moment < right.moment;
}

void read_bounds(Rule& rule, const Node& node) {
  if (const Node* least = node.find("min")) rule.least = read_bound(*least);
  if (const Node* most = node.find("max")) rule.most = read_bound(*most);
  if (!rule.least && !rule.most)
    refuse(node.place, std::string("a rule of kind ") + word_of(rule.kind) + " needs min or max");
  if (rule.least && rule.most && rule.least->type != rule.most->type)
    refuse(node.find("max")->place, "min and max are not of one kind");
  if (rule.least && rule.most && is_below(*rule.most, *rule.least))
    refuse(node.find("max")->place, "max is below min: no value would do");
  if (rule.kind != RuleKind::length) return;
  for (const char* name : {"min", "max"}) {
    const Node* bound = node.find(name);
    if (bound != nullptr && !base::parse_unsigned(bound->text))
      refuse(bound->place, "a length is a whole number that is not negative");
  }
}

void read_values(Rule& rule, const Node& node) {
  if (node.type != Node::Type::list || node.items.empty())
    refuse(node.place, "\"values\" is a list of at least one value");
  for (const Node& item : node.items) {
    if (!item.is_scalar())
      refuse(item.place, "a value of an enum is a number, text, a boolean or null");
  }
  rule.values = node.items;
}

void read_own(Rule& rule, const Node& node) {
  constexpr std::array kTypes{ValueType::integer,
                              ValueType::number,
                              ValueType::string,
                              ValueType::boolean,
                              ValueType::object,
                              ValueType::array};
  if (rule.kind == RuleKind::range || rule.kind == RuleKind::length) read_bounds(rule, node);
  if (const Node* type = node.find("type")) rule.value_type = read_word(*type, "type", kTypes);
  for (const char* name : {"pattern", "file", "expr"}) {
    if (const Node* text = node.find(name)) {
      rule.text = read_text(*text);
      rule.text_place = text->place;
    }
  }
  if (const Node* values = node.find("values")) read_values(rule, *values);
  if (const Node* by = node.find("by")) rule.by = read_paths(*by);
  if (const Node* strict = node.find("strict")) {
    if (strict->type != Node::Type::boolean) refuse(strict->place, "\"strict\" is true or false");
    rule.strict = strict->text == "true";
  }
  if (const Node* unit = node.find("unit")) {
    const auto known = parse_unit(unit->text);
    if (!known) refuse_word(*unit, "unit", {"days", "s", "ms", "us", "ns"});
    rule.unit = *known;
  }
  if (const Node* age = node.find("max_age")) {
    const auto duration = base::parse_duration(age->text);
    if (!duration) refuse(age->place, "\"max_age\" is a duration such as 10s, 5m or 2h");
    rule.max_age = *duration;
  }
  if (const Node* schema = node.find("schema")) rule.schema = *schema;
}

void read_columns(Rule& rule, const Node& node) {
  if (const Node* column = node.find("column")) {
    rule.columns =
        rule.kind == RuleKind::unique ? read_paths(*column) : std::vector<Path>{read_path(*column)};
  }
  if (const Node* columns = node.find("columns")) {
    if (!rule.columns.empty()) refuse(columns->name_place, "column and columns are the same thing");
    rule.columns = read_paths(*columns);
  }
  if (rule.kind == RuleKind::unique && rule.columns.empty())
    refuse(node.place, "a rule of kind unique needs \"column\"");
}

const Keys& read_kind(const Node& node) {
  const Node* kind = node.find("kind");
  if (kind == nullptr) refuse(node.place, "\"kind\" is missing");
  std::vector<std::string> words;
  for (const Keys& keys : all_kinds()) {
    words.emplace_back(word_of(keys.kind));
    if (kind->text == words.back()) return keys;
  }
  refuse_word(*kind, "kind", words);
}

void check_keys(const Node& node, const Keys& keys, Findings& findings) {
  std::vector<std::string> known(kCommon.begin(), kCommon.end());
  known.insert(known.end(), keys.needed.begin(), keys.needed.end());
  known.insert(known.end(), keys.other.begin(), keys.other.end());
  const std::string kind = std::string("a rule of kind ") + word_of(keys.kind);
  bool strange = false;
  for (const Node& item : node.items) {
    if (std::find(known.begin(), known.end(), item.name) != known.end()) continue;
    strange = true;
    const std::string hint = cli::near_miss_hint(item.name, known);
    findings.collect([&] {
      refuse(item.name_place,
             kind + " has no key \"" + item.name + "\"",
             hint.empty() ? "Known: " + cli::joined(known) + "." : hint);
    });
  }
  if (strange) return;  // what seems to be missing was probably meant by one of them
  for (const std::string& name : keys.needed) {
    if (node.find(name) == nullptr)
      findings.collect([&] { refuse(node.place, kind + " needs \"" + name + "\""); });
  }
}

void read_window(Rule& rule, const Node& node) {
  constexpr std::uint64_t kLargest = 10'000'000;
  const Node* window = node.find("window");
  const Node* ratio = node.find("max_bad_ratio");
  if (window != nullptr) rule.window = read_count(*window, kLargest);
  if (ratio != nullptr && window == nullptr)
    refuse(ratio->name_place, "\"max_bad_ratio\" needs \"window\", a number of lines");
  if (window != nullptr && ratio == nullptr && rule.kind != RuleKind::unique)
    refuse(window->name_place, "\"window\" needs \"max_bad_ratio\"");
  if (ratio != nullptr) rule.most_bad = most_bad(*ratio, rule.window);
}

// What every rule may say.
void read_common(Rule& rule, const Node& node, Findings& findings) {
  findings.collect([&] {
    if (const Node* severity = node.find("severity"))
      rule.severity = read_word(
          *severity, "severity", std::array{Severity::warn, Severity::quarantine, Severity::stop});
  });
  findings.collect([&] {
    if (const Node* side = node.find("on"))
      rule.side =
          read_word(*side, "part of a line", std::array{Side::row, Side::before, Side::key});
  });
  findings.collect([&] {
    if (const Node* table = node.find("table")) rule.table = read_text(*table);
  });
  findings.collect([&] { read_window(rule, node); });
}

std::optional<Rule> read_whole(const Node& node, Findings& findings) {
  Rule rule;
  rule.place = node.place;
  findings.collect([&] {
    const Node* name = node.find("name");
    if (name == nullptr) refuse(node.place, "\"name\" is missing");
    rule.name = read_text(*name);
  });
  const Keys* keys = nullptr;
  if (!findings.collect([&] { keys = &read_kind(node); })) return std::nullopt;
  rule.kind = keys->kind;
  const std::size_t before = findings.errors().size();
  check_keys(node, *keys, findings);
  read_common(rule, node, findings);
  // what is missing or misspelled was said already
  if (findings.errors().size() != before && rule.kind != RuleKind::unique) return rule;
  findings.collect([&] { read_columns(rule, node); });
  findings.collect([&] { read_own(rule, node); });
  return rule;
}

}  // namespace

std::optional<Rule> read_rule(const Node& node, Findings& findings) {
  const std::size_t before = findings.errors().size();
  std::optional<Rule> rule;
  findings.collect([&] {
    if (node.type != Node::Type::map)
      refuse(node.place, std::string("a rule is a mapping, not ") + node.type_name());
    rule = read_whole(node, findings);
  });
  if (findings.errors().size() != before) rule.reset();
  return rule;
}

}  // namespace cdckit::cdc_check
