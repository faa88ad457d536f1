// Any line against rules of every kind.
#include "common/event/unavailable.hpp"
#include "tests/fuzz/target.hpp"
#include "tools/cdc-check/filter/checker.hpp"
#include "tools/cdc-check/learn/learner.hpp"
#include "tools/cdc-check/program/describe.hpp"
#include "tools/cdc-check/rules/rule_file.hpp"

#include <cstdlib>
#include <set>
#include <string>
#include <string_view>
#include <vector>

using namespace cdckit;

namespace {

constexpr const char* kRules = R"(version: 1
rules:
  - {name: a, kind: not_null, column: id}
  - {name: b, kind: type, column: a, type: integer}
  - {name: c, kind: range, column: a, min: -1.5, max: 100}
  - {name: d, kind: range, column: t, min: '2020-01-01'}
  - {name: e, kind: range, column: t, min: '08:00:00'}
  - {name: f, kind: length, column: s, min: 1, max: 4}
  - {name: g, kind: regex, column: s, pattern: '^[A-Z]{2}-\d+$'}
  - {name: h, kind: enum, column: s, values: [a, 1, true]}
  - {name: i, kind: unique, columns: [id, a], window: 3}
  - {name: j, kind: freshness, column: t, max_age: 1h}
  - {name: k, kind: monotonic, column: a, by: s}
  - {name: l, kind: expression, expr: "a * 2 / id + 1 < length(s) or lower(s) in ('x', t) and n.x.y is null"}
  - {name: m, kind: json_schema, schema: {properties: {l: {uniqueItems: true, items: {multipleOf: 0.1}}}, unevaluatedProperties: {minLength: 1}}}
  - {name: n, kind: range, column: b, max: 5, on: before}
  - {name: o, kind: not_null, column: id, on: key}
  - {name: p, kind: expression, expr: a <= 1.5 or b <> 3}
  - {name: q, kind: json_schema, column: s, schema: {enum: [a, 1, 2.5, -0.5], minLength: 1, maxLength: 13, minimum: -0.5, maximum: 7.25}}
)";

bool has_plain_names(ndjson::FoundMembers members) {
  std::set<std::string_view> names;
  for (std::size_t i = 0; i < members.size(); i += 1 + members[i].inside) {
    const std::string_view name = members[i].name;
    if (name.find('\\') != std::string_view::npos || !names.insert(name).second) return false;
  }
  return true;
}

std::string names_of(const std::vector<cdc_check::Broken>& broken) {
  std::string names;
  for (const auto& one : broken) names += one.code->rule.name;
  return names;
}

}  // namespace

void fuzz_one(std::string_view bytes) {
  static cdc_check::Checker checker(
      cdc_check::compile(cdc_check::parse_rules(kRules, "fuzz"), "fuzz"), event::kUnavailable);
  static event::Decoder decoder;
  const std::string line(bytes);
  event::LineKind kind{};
  event::Event event;
  if (decoder.decode(line, false, kind, event) != nullptr || kind == event::LineKind::control)
    return;
  const bool is_event = kind == event::LineKind::event;
  const auto& broken = is_event ? checker.check_event(event) : checker.check_row(event);
  for (const auto& one : broken) (void)cdc_check::describe(one);
  if (!is_event && has_plain_names(event.row_members)) {
    // members that were found in the walk, and members that are searched for, are the same
    const std::string names = names_of(broken);
    event::Event searched = event;
    searched.row_members = {};
    if (names_of(checker.check_row(searched)) != names) std::abort();
  }
  checker.settle(cdc_check::worst_of(broken) == nullptr);
  cdc_check::Learner learner;
  is_event ? learner.add_event(event) : learner.add_row(event);
  (void)learner.rules(0);
}
