#include "tools/cdc-check/rules/rule_file.hpp"

#include "common/cli/nearest.hpp"
#include "tools/cdc-check/rules/rule_reader.hpp"
#include "tools/cdc-check/rules/yaml.hpp"

#include <algorithm>
#include <filesystem>
#include <optional>

namespace cdckit::cdc_check {
namespace {

void require_known_names(const Node& node,
                         const std::vector<std::string>& known,
                         Findings& findings) {
  for (const Node& item : node.items) {
    if (std::find(known.begin(), known.end(), item.name) != known.end()) continue;
    const std::string hint = cli::near_miss_hint(item.name, known);
    findings.collect([&] {
      refuse(item.name_place,
             "there is no key \"" + item.name + "\" here",
             hint.empty() ? "Known: " + cli::joined(known) + "." : hint);
    });
  }
}

void require_version(const Node& root) {
  const Node* version = root.find("version");
  if (version == nullptr) refuse(root.place, "\"version: 1\" is missing");
  if (version->type != Node::Type::number || version->text != "1")
    refuse(version->place, "this cdc-check knows version 1 only");
}

const Node& list_of_rules(const Node& root) {
  const Node* list = root.find("rules");
  if (list == nullptr) refuse(root.place, "\"rules\" is missing");
  if (list->type != Node::Type::list || list->items.empty())
    refuse(list->place, "\"rules\" is a list of at least one rule");
  return *list;
}

void take_rule(const Node& item, std::vector<Rule>& rules, Findings& findings) {
  std::optional<Rule> rule = read_rule(item, findings);
  if (!rule) return;
  findings.collect([&] {
    for (const Rule& other : rules) {
      if (other.name == rule->name)
        refuse(rule->place,
               "the name \"" + rule->name + "\" is taken by the rule at " + other.place.text());
    }
    rules.push_back(std::move(*rule));
  });
}

}  // namespace

std::vector<Rule> parse_rules(std::string_view text, const std::string& file, Findings& findings) {
  std::vector<Rule> rules;
  Node root;
  if (!findings.collect([&] {
        root = parse_yaml(text, file);
        if (root.type != Node::Type::map)
          refuse(root.place.line > 0 ? root.place : Place{file},
                 "it is no mapping with version and rules");
      }))
    return rules;
  const std::size_t before = findings.errors().size();
  require_known_names(root, {"version", "rules"}, findings);
  if (findings.errors().size() != before) return rules;  // nor was `rules:` meant elsewhere
  findings.collect([&] { require_version(root); });
  findings.collect([&] {
    for (const Node& item : list_of_rules(root).items) take_rule(item, rules, findings);
  });
  return rules;
}

std::vector<Rule> parse_rules(std::string_view text, const std::string& file) {
  Findings findings;
  std::vector<Rule> rules = parse_rules(text, file, findings);
  findings.finish();
  return rules;
}

std::string beside(const std::string& rule_file, const std::string& name) {
  const std::filesystem::path path(name);
  if (path.is_absolute()) return name;
  return (std::filesystem::path(rule_file).parent_path() / path).string();
}

}  // namespace cdckit::cdc_check
