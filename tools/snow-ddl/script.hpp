// The migration scripts of a folder: found, rendered, checksummed, split, in the order they run.
#pragma once

#include "tools/snow-ddl/render.hpp"
#include "tools/snow-ddl/script_name.hpp"
#include "tools/snow-ddl/split.hpp"

#include <string>
#include <vector>

namespace cdckit::snow_ddl {

struct Script {
  ScriptName name;
  std::string path;      // for messages
  std::string checksum;  // SHA-224 of the rendered text, as schemachange computes it
  std::vector<SqlStatement> statements;
};

// Versioned scripts by version, then repeatable ones, then always ones, both by name. Folders
// inside are searched, too; only file names count. Throws unavailable when the folder cannot be
// read, data for a name or version that is there twice, or a script that cannot be rendered.
std::vector<Script> load_scripts(const std::string& folder, const Variables& variables);

}  // namespace cdckit::snow_ddl
