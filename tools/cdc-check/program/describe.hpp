// Rules and what breaks them, in words.
#pragma once

#include "tools/cdc-check/program/check.hpp"
#include "tools/cdc-check/program/program.hpp"

#include <string>

namespace cdckit::cdc_check {

// column "price": -3 is below the minimum 0
std::string describe(const Broken& broken);
// What a rule asks for: column "price" is a number from 0 on.
std::string describe(const Code& code);

}  // namespace cdckit::cdc_check
