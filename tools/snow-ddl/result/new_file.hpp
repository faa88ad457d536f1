// Scripts that the tool writes into a folder: never over one that is there.
#pragma once

#include <string>

namespace cdckit::snow_ddl {

// Makes the folders above it. Throws cannot_create when there is such a file already or it cannot
// be written.
void write_new_file(const std::string& path, const std::string& text);
// A name as a part of a file's: lower case, `_` for what is no letter or digit.
std::string file_part(const std::string& name);

}  // namespace cdckit::snow_ddl
