// What a migration script's file name says, as schemachange reads it: V1.2.3__add_table.sql runs
// once, R__view.sql when its text changed, A__grants.sql every time; U1.2.3__add_table.sql takes
// the version back when asked.
#pragma once

#include <compare>
#include <optional>
#include <string>
#include <string_view>

namespace cdckit::snow_ddl {

enum class ScriptKind { versioned, repeatable, always, undo };

struct ScriptName {
  ScriptKind kind = ScriptKind::versioned;
  std::string file;         // V1.2.3__add_table.sql
  std::string version;      // 1.2.3; empty but for versioned ones
  std::string description;  // Add table
};

// x.sql.jinja is a script as x.sql is, known by that name.
bool is_jinja_file(std::string_view file);
// x.cli.yml, which schemachange gives to Snowflake's command line.
bool is_step_file(std::string_view file);

// What is meant as a script and would never run: V1_x.sql, R_x.sql, V1__.sql.
bool is_misnamed(const std::string& file);

// Nothing for a file that is no script.
std::optional<ScriptName> parse_script_name(const std::string& whole);
// V, R, A or U.
char kind_letter(ScriptKind kind) noexcept;

// Runs of digits compare as numbers, the rest as text without case: 1.9 before 1.10.
std::weak_ordering compare_natural(std::string_view left, std::string_view right);
// One spelling of versions that are the same: 01.2 -> 1.2
std::string canonical_version(std::string_view version);

}  // namespace cdckit::snow_ddl
