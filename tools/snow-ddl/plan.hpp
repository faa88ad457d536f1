// What is to be run, from what there is and what was applied. Pure.
#pragma once

#include "tools/snow-ddl/history_table.hpp"
#include "tools/snow-ddl/script.hpp"

#include <string>
#include <vector>

namespace cdckit::snow_ddl {

enum class ScriptState {
  pending,  // to be run for the first time, or again after a failure
  applied,  // nothing to do
  changed,  // repeatable: to be run again; versioned: somebody edited what was applied
  always,   // to be run every time
  ignored,  // versioned, not applied, but older than what was: only with --out-of-order
  beyond,   // versioned, newer than --target
  missing,  // applied, but the file is gone
};
std::string_view to_text(ScriptState state) noexcept;

struct PlannedScript {
  const Script* script = nullptr;         // null: missing
  const HistoryEntry* entry = nullptr;    // the last success, null: none
  const HistoryEntry* failure = nullptr;  // a failure after the last success
  ScriptState state = ScriptState::pending;
  [[nodiscard]] bool to_run() const noexcept;
  // A versioned script that was edited after it ran: nothing may be applied before this is settled.
  [[nodiscard]] bool in_conflict() const noexcept;
};

struct PlanSettings {
  std::string target{};  // the newest version wanted; empty: no limit
  bool out_of_order = false;
};

// One entry for each script in running order, then the missing ones. Points into both arguments.
std::vector<PlannedScript> make_plan(const std::vector<Script>& scripts,
                                     const std::vector<HistoryEntry>& history,
                                     const PlanSettings& settings);

}  // namespace cdckit::snow_ddl
