// JSON to nodes, with places: for schemas in files of their own. Throws config.
#pragma once

#include "tools/cdc-check/rules/node.hpp"

#include <string>
#include <string_view>

namespace cdckit::cdc_check {

Node parse_json(std::string_view text, const std::string& file);

}  // namespace cdckit::cdc_check
