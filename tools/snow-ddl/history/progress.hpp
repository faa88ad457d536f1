// How far scripts came that are not through: one row before each statement (intent), one behind it
// (done, or failed). Kept in a table beside the history until the script is in it.
#pragma once

#include "tools/snow-ddl/history/execute.hpp"
#include "tools/snow-ddl/history/history_table.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace cdckit::snow_ddl {

enum class StepState { intent, failed, done };  // the later wins

// One statement of a script; numbers from 1.
struct Step {
  std::string script;
  std::string checksum;  // of the statement's text, without secrets
  std::uint64_t statement = 0;
  std::uint64_t attempt = 1;
  std::string request_id;
  StepState state = StepState::intent;
};

// What is known of one script, by statement: the last attempt's row.
using ScriptProgress = std::map<std::uint64_t, Step>;

class Progress {
 public:
  Progress(const HistoryTable& history, Execute execute);

  // By script; empty when there is no table yet. With `make` it is made.
  std::map<std::string, ScriptProgress> read(bool make);
  // Makes the table when it is missing, and proves that rows can be taken out of it, which a script
  // needs at its end only. Throws permission when they cannot.
  void prove();
  // From now on nothing is added or forgotten but under this condition: a run that slept through
  // the end of its lock finds out before it asks for anything.
  void guard(std::string condition) { condition_ = std::move(condition); }
  // " WHERE <condition>"; empty: there is none.
  [[nodiscard]] std::string guarded() const;
  // Throws temporary when the condition does not hold any more.
  void add(const std::vector<Step>& steps);
  // For requests that write it together with something else.
  [[nodiscard]] std::string add_text(const std::vector<Step>& steps) const;
  [[nodiscard]] std::string forget_text(const std::string& script) const;
  // Puts the rows of one script in the place of what was known.
  void replace(const std::string& script, const ScriptProgress& steps);

 private:
  HistoryTable table_;
  Execute execute_;
  std::string condition_;
};

}  // namespace cdckit::snow_ddl
