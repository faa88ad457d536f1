// What Debezium takes for the default value of a column: it reads constants from the expression,
// takes a function call for a fixed value of the type, and gives up on anything else.
#pragma once

#include "tools/walcat/encode/types.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace cdckit::walcat {

// `expression` as pg_get_expr() prints it. The value in the form of the server's text.
std::optional<std::string> default_text(const Type& type,
                                        std::string_view expression,
                                        std::int32_t modifier = -1);

}  // namespace cdckit::walcat
