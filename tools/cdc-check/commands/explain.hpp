// cdc-check --explain: each rule in words and as it is compiled.
#pragma once

#include "tools/cdc-check/program/code.hpp"

#include <string>
#include <vector>

namespace cdckit::cdc_check {

std::string explain(const std::vector<Code>& codes);

}  // namespace cdckit::cdc_check
