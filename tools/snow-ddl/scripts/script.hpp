// The migration scripts of a folder: found, rendered, checksummed, split, in the order they run.
#pragma once

#include "tools/snow-ddl/scripts/render.hpp"
#include "tools/snow-ddl/scripts/script_name.hpp"
#include "tools/snow-ddl/scripts/split.hpp"
#include "tools/snow-ddl/scripts/variables.hpp"

#include <string>
#include <vector>

namespace cdckit::snow_ddl {

struct Script {
  ScriptName name;
  std::string path;         // for messages
  std::string stream = {};  // the folder with a file .stream that it is in; versions are its own
  std::string checksum;     // checksum_of() the raw text
  std::string raw = {};     // with what it includes
  std::string rendered = {};
  std::vector<SqlStatement> statements;
  // repeatable ones that run before: `-- snow-ddl: after R__x`
  std::vector<std::string> after = {};
  std::vector<std::string> secrets = {};  // what env_var() gave it

  // What the history knows it by: those of a stream carry its name.
  [[nodiscard]] std::string version() const;
  [[nodiscard]] std::string key() const;
};

struct ScriptSettings {
  std::string folder{};
  Variables variables{};
  Template with = Template::dollar;  // files .sql.jinja are always Jinja
};

// Versioned scripts by version, then repeatable ones by name and what they say they come after,
// then always ones by name; undo scripts are not among them. Folders inside are searched, too; only
// file names count. Throws unavailable when the folder cannot be read, config for a missing
// variable, data for a script that cannot be rendered or a cycle of repeatable ones.
std::vector<Script> load_scripts(const ScriptSettings& settings);
// Those that take a version back, U1.2__name.sql, by version.
std::vector<Script> load_undo_scripts(const ScriptSettings& settings);

// What must be shown nowhere, behind `others`.
std::vector<std::string> secrets_of(const std::vector<Script>& scripts,
                                    std::vector<std::string> others = {});

// Pairs that cannot both run: one version, or one name. The message for each.
std::vector<std::string> find_twins(const std::vector<Script>& scripts);

}  // namespace cdckit::snow_ddl
