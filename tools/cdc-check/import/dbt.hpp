// dbt's schema.yml: the tests of models, sources, seeds and snapshots.
#pragma once

#include "tools/cdc-check/import/imported.hpp"

namespace cdckit::cdc_check {

[[nodiscard]] bool is_dbt(const Node& root);
void import_dbt(const Node& root, Imported& out);

}  // namespace cdckit::cdc_check
