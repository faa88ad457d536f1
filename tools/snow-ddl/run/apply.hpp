// Runs planned scripts, statement by statement, and goes on where a run before ended, whatever
// ended it: before each statement it is written down what is about to be asked under which request
// id, behind it that it is done; a script that is through gets its row in the history. One thread.
#pragma once

#include "common/signals/stop.hpp"
#include "tools/snow-ddl/history/history.hpp"
#include "tools/snow-ddl/history/progress.hpp"
#include "tools/snow-ddl/plan/plan.hpp"
#include "tools/snow-ddl/result/statement_report.hpp"
#include "tools/snow-ddl/run/failure.hpp"
#include "tools/snow-ddl/run/session.hpp"
#include "tools/snow-ddl/run/units.hpp"

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace cdckit::snow_ddl {

struct ApplySettings {
  bool keep_going = false;  // repeatable scripts: behind one that fails the others still run
  bool undo = false;        // what runs takes versions back: they leave the history
};

enum class Outcome { done, stopped, refused };

class Applier {
 public:
  using Print = std::function<void(const std::string& line)>;
  struct Server {
    Execute execute;
    FetchResult fetch;
    std::function<bool()> lost;         // the lock is
    std::function<std::string()> role;  // our own, as it is stored
  };
  Applier(History& history, Progress& progress, Server server, Mask mask, Print print);

  // refused: the server did not take a statement, or one that ran is another one in the script now;
  // it was logged with script, statement and line.
  // Throws permission and temporary as they are, and data-like trouble of scripts that do not fit
  // what is known of them.
  Outcome apply(const std::vector<PlannedScript>& plan,
                const ApplySettings& settings,
                signals::StopToken stop);
  // Prints what apply would run, without talking to anybody.
  void rehearse(const std::vector<PlannedScript>& plan) const;
  // Behind a script's last statement, before it is in the history.
  std::function<void(const Script& script)> on_through;
  // It is.
  std::function<void(const Script& script)> on_done;
  // A statement is about to be asked, and was answered.
  std::function<void(const StatementReport& report)> on_begin;
  std::function<void(const StatementReport& report)> on_statement;

 private:
  struct Run;  // of one script

  bool apply_script(const Script& script);
  void say(const StatementReport& report);
  void run_unit(Run& run, const Unit& unit, std::size_t start);
  void run_request(Run& run, const Unit& unit, std::size_t start);
  void tell(Run& run, const RequestPlan& plan, const snow::StatementResult& result);
  std::optional<std::size_t> take_apart(Run& run,
                                        const RequestPlan& plan,
                                        std::size_t start,
                                        const Failure& failure);
  void fail(Run& run, std::size_t start, const Failure& failure, const base::Error& error);
  void finish(Run& run);
  // SQL that notes the statements as done, said by our own role.
  [[nodiscard]] std::vector<std::string> record(const Run& run,
                                                std::size_t first,
                                                std::size_t last) const;
  [[nodiscard]] Step step_of(const Run& run, std::size_t statement, StepState state) const;
  [[nodiscard]] HistoryEntry entry_of(const Run& run, bool success) const;
  void require_lock() const;

  History& history_;
  Progress& progress_;
  Server server_;
  Mask mask_;
  Print print_;
  ApplySettings settings_;
  signals::StopToken stop_;
  std::map<std::string, ScriptProgress> known_;
  std::set<std::string> failed_;  // repeatable ones, with --keep-going
  bool together_ = true;          // the server commits rows and our marks as one
};

// Where a script that was begun goes on: behind the statements that are done. Throws unavailable
// when these were changed since.
std::size_t resume_at(const Script& script, const ScriptProgress& known, const Mask& mask);

}  // namespace cdckit::snow_ddl
