// An expression's text to its code. Whatever is no condition is refused: unknown functions, wrong
// kinds of values where that can be seen, numbers of more than 38 digits. Throws config.
#pragma once

#include "tools/cdc-check/expression/code.hpp"

#include <string_view>

namespace cdckit::cdc_check {

ExpressionCode parse_expression(std::string_view text, const Place& place);

}  // namespace cdckit::cdc_check
