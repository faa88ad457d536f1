// YAML to nodes. Plain scalars are null, boolean or number where YAML's core schema says so, all
// else is text; a map has no name twice. Throws config with file, line and column.
#pragma once

#include "tools/cdc-check/rules/node.hpp"

#include <string>
#include <string_view>

namespace cdckit::cdc_check {

// `file` names it in messages.
Node parse_yaml(std::string_view text, const std::string& file);

}  // namespace cdckit::cdc_check
