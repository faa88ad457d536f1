// SodaCL: `checks for TABLE:` and the checks below it.
#pragma once

#include "tools/cdc-check/import/imported.hpp"

namespace cdckit::cdc_check {

[[nodiscard]] bool is_soda(const Node& root);
void import_soda(const Node& root, Imported& out);

}  // namespace cdckit::cdc_check
