// One entry of `rules:` to a rule.
#pragma once

#include "tools/cdc-check/rules/findings.hpp"
#include "tools/cdc-check/rules/rule.hpp"

#include <optional>

namespace cdckit::cdc_check {

// Nothing where something was found.
std::optional<Rule> read_rule(const Node& node, Findings& findings);

}  // namespace cdckit::cdc_check
