// What tells whether a script was changed: our own checksum, and the rules by which the versions of
// schemachange made theirs, so that its histories are taken over. Pure.
#pragma once

#include <string>
#include <string_view>

namespace cdckit::snow_ddl {

// sha256:<64 digits> of the raw text, normalised: what variables hold does not matter.
std::string checksum_of(std::string_view raw);
// Whether the history's checksum is one of this script: ours, or of any version of schemachange,
// which took the rendered text.
bool fits_checksum(const std::string& known, std::string_view raw, std::string_view rendered);
// What schemachange computed its SHA-224 over: the text without the blanks around it, in most
// versions (`semicolon`) without one semicolon at its end, in some (`comment`) with a statement
// behind a comment that ends the script.
std::string schemachange_text(std::string_view rendered, bool semicolon, bool comment);

}  // namespace cdckit::snow_ddl
