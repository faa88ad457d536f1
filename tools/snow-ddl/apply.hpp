// Runs planned scripts, statement by statement, and remembers each script in the history table,
// the failed one too. Stops at the first failure: what came before stays applied.
#pragma once

#include "common/signals/stop.hpp"
#include "tools/snow-ddl/history.hpp"
#include "tools/snow-ddl/plan.hpp"
#include "tools/snow-ddl/session.hpp"

#include <functional>
#include <string>
#include <vector>

namespace cdckit::snow_ddl {

class Applier {
 public:
  using Print = std::function<void(const std::string& line)>;
  Applier(History& history, Execute execute, Print print)
      : history_(history), execute_(std::move(execute)), print_(std::move(print)) {}

  // False when a stop was asked for before the last script. Throws what the failing statement
  // threw, worded with script, statement number and line: unavailable for a refused statement,
  // permission and temporary as they are.
  bool apply(const std::vector<PlannedScript>& plan, signals::StopToken stop);
  // Prints what apply would run, without talking to anybody.
  void rehearse(const std::vector<PlannedScript>& plan) const;

 private:
  void apply_script(const Script& script);
  void run_statement(Session& session, const Script& script, std::size_t index);
  void remember(const Script& script, std::int64_t milliseconds, bool success);

  History& history_;
  Execute execute_;
  Print print_;
};

}  // namespace cdckit::snow_ddl
