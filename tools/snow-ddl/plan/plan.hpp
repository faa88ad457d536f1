// What is to be run, from what there is and what was applied. Pure.
#pragma once

#include "tools/snow-ddl/history/history_table.hpp"
#include "tools/snow-ddl/scripts/script.hpp"

#include <string>
#include <vector>

namespace cdckit::snow_ddl {

enum class ScriptState {
  pending,  // to be run for the first time, or again after a failure
  applied,  // nothing to do
  changed,  // repeatable: to be run again; versioned: somebody edited what was applied
  follows,  // repeatable: one that it comes after runs again
  always,   // to be run every time
  late,     // versioned, not applied, but older than what was: only with --out-of-order
  beyond,   // versioned, newer than --target
  missing,  // applied, but the file is gone
};
std::string_view to_text(ScriptState state) noexcept;

enum class Action { run, skip, refuse };
std::string_view to_text(Action action) noexcept;

struct PlannedScript {
  const Script* script = nullptr;         // null: missing
  const HistoryEntry* entry = nullptr;    // the last success, null: none
  const HistoryEntry* failure = nullptr;  // a failure after the last success
  ScriptState state = ScriptState::pending;

  // A versioned script that was edited after it ran, or comes too late: nothing may be applied
  // before this is settled.
  [[nodiscard]] Action action() const noexcept;
  [[nodiscard]] bool to_run() const noexcept { return action() == Action::run; }
  // Why it runs, is left out or refused.
  [[nodiscard]] std::string reason() const;
};

struct PlanSettings {
  std::string target{};  // the newest version wanted; empty: no limit
  bool out_of_order = false;
};

// One entry for each script in running order, then the missing ones. Points into both arguments.
std::vector<PlannedScript> make_plan(const std::vector<Script>& scripts,
                                     const std::vector<HistoryEntry>& history,
                                     const PlanSettings& settings);
bool has_work(const std::vector<PlannedScript>& plan);

// In front of the digest of a plan that was made without the history; apply takes none of these.
inline constexpr const char* kOfflineDigest = "offline:";

// 64 digits over the scripts and their order, the names of the variables and what the history says
// of each script: whoever has seen the plan has seen what such an apply does.
std::string digest_of(const std::vector<PlannedScript>& plan, const Variables& variables);

}  // namespace cdckit::snow_ddl
