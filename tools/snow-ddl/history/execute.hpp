// How everything here reaches the server: a function, so that a test passes its own.
#pragma once

#include "common/snow/sql_api.hpp"

#include <functional>
#include <string>

namespace cdckit::snow_ddl {

// Runs one statement, or one request of several.
using Execute = std::function<snow::StatementResult(const snow::Statement& statement)>;
// The result of one statement of several, by its handle.
using FetchResult = std::function<snow::StatementResult(const std::string& handle)>;

snow::StatementResult run_text(const Execute& execute, const std::string& text);
// As one request, in one transaction.
void run_together(const Execute& execute, const std::vector<std::string>& statements);

}  // namespace cdckit::snow_ddl
