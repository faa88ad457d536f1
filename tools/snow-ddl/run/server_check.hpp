// Asks the server about statements without running them: queries and DML are explained, objects
// that are to be changed or dropped are described. What leans on something that the plan itself
// makes or sets first cannot be asked.
#pragma once

#include "tools/snow-ddl/history/execute.hpp"
#include "tools/snow-ddl/plan/plan_text.hpp"

#include <string>
#include <vector>

namespace cdckit::snow_ddl {

// Throws temporary when the server is gone.
ServerChecks check_on_server(const std::vector<PlannedScript>& plan, const Execute& execute);
bool has_problem(const ServerChecks& checks);

// The request that stands for a statement; empty: there is none.
std::string asking_text(const std::string& statement);

}  // namespace cdckit::snow_ddl
