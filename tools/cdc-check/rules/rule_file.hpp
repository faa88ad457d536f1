// A rule file to rules: every name, word and value in it is known, or it is refused with file, line
// and column (config, 78) and what was probably meant; all that is wrong with it is found.
#pragma once

#include "tools/cdc-check/rules/findings.hpp"
#include "tools/cdc-check/rules/rule.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace cdckit::cdc_check {

// Those that are fine.
std::vector<Rule> parse_rules(std::string_view text, const std::string& file, Findings& findings);
std::vector<Rule> parse_rules(std::string_view text, const std::string& file);
// Files that rules name lie beside the rule file.
std::string beside(const std::string& rule_file, const std::string& name);

}  // namespace cdckit::cdc_check
