// Runs a script without remembering anything of it: for a copy of the database that is thrown away.
#pragma once

#include "tools/snow-ddl/history/execute.hpp"
#include "tools/snow-ddl/scripts/script.hpp"

#include <functional>
#include <string>

namespace cdckit::snow_ddl {

// False when a statement was refused, which `print` got as a line. `database` stands in the place
// of the connection's.
bool try_script(const Script& script,
                const std::string& database,
                const Execute& execute,
                const std::function<void(const std::string& line)>& print);

// Whether the script says that name of a database itself.
bool names_database(const Script& script, const std::string& database);

}  // namespace cdckit::snow_ddl
