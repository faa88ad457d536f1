// cdc-check import FILE: tells what the file is, and turns it into rules.
#pragma once

#include "tools/cdc-check/import/imported.hpp"

#include <string>
#include <string_view>

namespace cdckit::cdc_check {

// Throws config for a file that is none of dbt's, Soda's or a contract; also when a rule that came
// out is none.
Imported import_rules(std::string_view text, const std::string& file);

}  // namespace cdckit::cdc_check
