// Puts variables into a script's text: `{{ name }}`, nothing more. What is missing is an error,
// never an empty text.
#pragma once

#include <map>
#include <string>
#include <string_view>

namespace cdckit::snow_ddl {

using Variables = std::map<std::string, std::string>;

// Also drops a byte order mark and turns every line break into \n, so that the checksum does not
// depend on the checkout. Throws data with `source:line`.
std::string render(std::string_view text, const Variables& variables, const std::string& source);

// What schemachange computes its checksum over: without the white space around it and without one
// semicolon at its end.
std::string_view checksum_text(std::string_view rendered);

}  // namespace cdckit::snow_ddl
