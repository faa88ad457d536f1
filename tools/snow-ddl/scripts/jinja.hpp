// The part of Jinja that migration scripts use, rendered as schemachange does it; anything else is
// refused with its line.
#pragma once

#include "tools/snow-ddl/scripts/variables.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace cdckit::snow_ddl {

// `secrets`, where it is given, gets what env_var() took from variables named so.
std::string render_jinja(std::string_view text,
                         const Variables& variables,
                         const std::string& source,
                         std::vector<std::string>* secrets = nullptr);

// For both templates: throws `source:line: could not render script: why`.
[[noreturn]] void refuse_template(std::string_view text,
                                  std::size_t at,
                                  const std::string& source,
                                  const std::string& why);
[[noreturn]] void refuse_missing(std::string_view text,
                                 std::size_t at,
                                 const std::string& source,
                                 std::string_view name);

}  // namespace cdckit::snow_ddl
