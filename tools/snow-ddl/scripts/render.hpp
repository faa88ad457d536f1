// Puts variables into a script's text. What is missing is an error, never an empty text. Pure but
// for env_var(). Throws config for a missing variable, data for what is not understood, both with
// `source:line`.
#pragma once

#include "tools/snow-ddl/scripts/variables.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace cdckit::snow_ddl {

enum class Template {
  dollar,  // ${name}; inside of $$ texts only names that were given, \${ is ${
  jinja,   // {{ name }}, {{ name | default('x') }}, {{ env_var('NAME', 'x') }}, {# comment #}
  none,
};

// `text` is normalised. `secrets` gets the values that env_var() took from variables whose names
// speak of secrets.
std::string render(std::string_view text,
                   const Variables& variables,
                   Template with,
                   const std::string& source,
                   std::vector<std::string>* secrets = nullptr);

}  // namespace cdckit::snow_ddl
