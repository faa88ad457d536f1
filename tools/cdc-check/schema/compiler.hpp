// A JSON schema to its nodes; the first one is the root. Throws config for every word that is not
// known, that is known and not supported, or whose value means nothing, with its place.
#pragma once

#include "tools/cdc-check/rules/node.hpp"
#include "tools/cdc-check/schema/node_code.hpp"

#include <vector>

namespace cdckit::cdc_check {

std::vector<SchemaNode> compile_schema(const Node& schema);

}  // namespace cdckit::cdc_check
