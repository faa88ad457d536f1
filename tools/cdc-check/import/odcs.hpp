// Open Data Contract Standard, version 3: the properties of a contract's schema.
#pragma once

#include "tools/cdc-check/import/imported.hpp"

namespace cdckit::cdc_check {

[[nodiscard]] bool is_odcs(const Node& root);
void import_odcs(const Node& root, Imported& out);

}  // namespace cdckit::cdc_check
