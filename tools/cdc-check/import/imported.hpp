// What an importer finds: rules as text of the rule file, and what it could not turn into one.
#pragma once

#include "tools/cdc-check/rules/node.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cdckit::cdc_check {

struct ImportedRule {
  std::string name;
  std::string kind;
  std::string table;   // empty: all
  std::string column;  // empty: none
  bool warns = false;
  std::vector<std::pair<std::string, std::string>> settings;  // name, text of YAML
};

class Imported {
 public:
  void add(ImportedRule rule);  // once, however often it is written
  // `what` is the name that its owner knows: orders.status: relationships.
  void leave_out(std::string what, std::string why);

  [[nodiscard]] const std::vector<ImportedRule>& rules() const noexcept { return rules_; }
  [[nodiscard]] const std::vector<std::pair<std::string, std::string>>& left_out() const noexcept {
    return left_out_;
  }
  // The rule file, with what was left out as comments at its end.
  [[nodiscard]] std::string text() const;

 private:
  std::vector<ImportedRule> rules_;
  std::vector<std::pair<std::string, std::string>> left_out_;
};

// A member of that name is there, however deep inside of mappings.
bool holds_member(const Node& node, std::string_view name);
// A scalar, or a list of scalars, as one line of YAML.
std::string flow_text(const Node& node);
// The text of a scalar member; empty when it is not there.
std::string text_of_member(const Node& node, std::string_view name);

}  // namespace cdckit::cdc_check
