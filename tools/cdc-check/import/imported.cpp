#include "tools/cdc-check/import/imported.hpp"

#include <algorithm>

namespace cdckit::cdc_check {

void Imported::add(ImportedRule rule) {
  const auto is_same = [&](const ImportedRule& other) {
    return other.kind == rule.kind && other.table == rule.table && other.column == rule.column &&
           other.warns == rule.warns && other.settings == rule.settings;
  };
  if (std::any_of(rules_.begin(), rules_.end(), is_same)) return;
  const auto is_taken = [&](const std::string& name) {
    return std::any_of(rules_.begin(), rules_.end(), [&](const ImportedRule& other) {
      return other.name == name;
    });
  };
  const std::string base = (rule.table.empty() ? "" : rule.table + ".") +
                           (rule.column.empty() ? "" : rule.column + " ") + rule.kind;
  if (rule.name.empty()) rule.name = base;
  const std::string wanted = rule.name;
  for (int number = 2; is_taken(rule.name); ++number)
    rule.name = wanted + " " + std::to_string(number);
  rules_.push_back(std::move(rule));
}

void Imported::leave_out(std::string what, std::string why) {
  left_out_.emplace_back(std::move(what), std::move(why));
}

std::string Imported::text() const {
  std::string out;
  if (!rules_.empty()) out = "version: 1\nrules:\n";
  for (const ImportedRule& rule : rules_) {
    out += "  - name: " + yaml_scalar(rule.name) + "\n    kind: " + rule.kind + '\n';
    if (!rule.table.empty()) out += "    table: " + yaml_scalar(rule.table) + '\n';
    if (!rule.column.empty()) out += "    column: " + yaml_scalar(rule.column) + '\n';
    for (const auto& [name, value] : rule.settings) out += "    " + name + ": " + value + '\n';
    if (rule.warns) out += "    severity: warn\n";
  }
  for (const auto& [what, why] : left_out_) {
    std::string line = "# left out: " + what + ": " + why;
    std::replace(line.begin(), line.end(), '\n', ' ');
    out += line + '\n';
  }
  return out;
}

bool holds_member(const Node& node, std::string_view name) {
  if (node.type != Node::Type::map) return false;
  return std::any_of(node.items.begin(), node.items.end(), [&](const Node& item) {
    return item.name == name || holds_member(item, name);
  });
}

std::string flow_text(const Node& node) {
  if (node.type == Node::Type::text) return yaml_scalar(node.text);
  if (node.is_scalar()) return node.type == Node::Type::null ? "null" : node.text;
  std::string out = "[";
  for (const Node& item : node.items) out += (out.size() > 1 ? ", " : "") + flow_text(item);
  return out + "]";
}

std::string text_of_member(const Node& node, std::string_view name) {
  const Node* member = node.find(name);
  return member != nullptr && member->is_scalar() && member->type != Node::Type::null ? member->text
                                                                                      : "";
}

}  // namespace cdckit::cdc_check
