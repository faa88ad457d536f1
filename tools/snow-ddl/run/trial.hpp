// Runs a script without remembering anything of it: for a copy of the database that is thrown away.
#pragma once

#include "tools/snow-ddl/history/execute.hpp"
#include "tools/snow-ddl/scripts/script.hpp"

#include <functional>
#include <string>
#include <vector>

namespace cdckit::snow_ddl {

// False when a statement was refused, which `print` got as a line. `database` stands in the place
// of the connection's. What belongs to the account and not to the database (roles, users,
// warehouses, ..) is left out: it would be made for good. `absent` gets the stored names of what
// would have been made, and keeps out what grants or uses them.
bool try_script(const Script& script,
                const std::string& database,
                std::vector<std::string>& absent,
                const Execute& execute,
                const std::function<void(const std::string& line)>& print);

// Whether the script says that name of a database itself.
bool names_database(const Script& script, const std::string& database);
// Another database that the script works in or changes, which has no clone; empty: none.
std::string other_database(const Script& script);

}  // namespace cdckit::snow_ddl
