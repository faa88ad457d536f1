// cdc-check --learn: lines on stdin, the rules that they keep as text.
#pragma once

#include "common/cli/run_tool.hpp"

#include <cstdint>
#include <string>

namespace cdckit::cdc_check {

// `rows`: at most, 0 for all. Throws data when there is no row to learn from.
std::string learn(std::uint64_t rows, cli::Context& context);

}  // namespace cdckit::cdc_check
