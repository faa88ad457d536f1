#include "tools/snow-ddl/plan.hpp"

#include <algorithm>
#include <map>
#include <set>

namespace cdckit::snow_ddl {
namespace {

struct Applied {
  const HistoryEntry* success = nullptr;
  const HistoryEntry* failure = nullptr;  // newer than the success
};

// Versioned scripts are known by their version, the others by their name, as schemachange has it.
std::string identity(char kind, const std::string& version, const std::string& file) {
  return kind == 'V' ? "V" + version : kind + (":" + file);
}

class Planner {
 public:
  Planner(const std::vector<HistoryEntry>& history, const PlanSettings& settings)
      : settings_(settings) {
    for (const HistoryEntry& entry : history) {
      Applied& applied = applied_[identity(entry.kind, entry.version, entry.script)];
      if (!entry.success) {
        applied.failure = &entry;
        continue;
      }
      applied = {&entry, nullptr};
      if (entry.kind == 'V' && compare_natural(newest_, entry.version) < 0) newest_ = entry.version;
    }
  }

  PlannedScript plan(const Script& script) {
    const ScriptName& name = script.name;
    const std::string id = identity(kind_letter(name.kind), name.version, name.file);
    seen_.insert(id);
    const auto found = applied_.find(id);
    PlannedScript planned;
    planned.script = &script;
    if (found != applied_.end()) {
      planned.entry = found->second.success;
      planned.failure = found->second.failure;
    }
    planned.state = state_of(planned);
    return planned;
  }

  void add_missing(std::vector<PlannedScript>& plan) const {
    for (const auto& [id, applied] : applied_) {
      if (applied.success == nullptr || applied.success->kind == 'A' || seen_.contains(id))
        continue;
      plan.push_back({nullptr, applied.success, applied.failure, ScriptState::missing});
    }
  }

 private:
  ScriptState state_of(const PlannedScript& planned) const {
    const ScriptName& name = planned.script->name;
    if (name.kind == ScriptKind::always) return ScriptState::always;
    if (planned.entry != nullptr) {
      return planned.entry->checksum == planned.script->checksum ? ScriptState::applied
                                                                 : ScriptState::changed;
    }
    if (name.kind == ScriptKind::repeatable) return ScriptState::pending;
    if (!settings_.target.empty() && compare_natural(name.version, settings_.target) > 0)
      return ScriptState::beyond;
    const bool old = compare_natural(name.version, newest_) < 0;
    return old && !settings_.out_of_order ? ScriptState::ignored : ScriptState::pending;
  }

  const PlanSettings& settings_;
  std::map<std::string, Applied> applied_;
  std::set<std::string> seen_;
  std::string newest_;
};

}  // namespace

std::string_view to_text(ScriptState state) noexcept {
  switch (state) {
    case ScriptState::pending:
      return "pending";
    case ScriptState::applied:
      return "applied";
    case ScriptState::changed:
      return "changed";
    case ScriptState::always:
      return "always";
    case ScriptState::ignored:
      return "ignored";
    case ScriptState::beyond:
      return "beyond";
    case ScriptState::missing:
      return "missing";
  }
  return "unknown";
}

bool PlannedScript::to_run() const noexcept {
  return state == ScriptState::pending || state == ScriptState::always ||
         (state == ScriptState::changed && !in_conflict());
}

bool PlannedScript::in_conflict() const noexcept {
  return state == ScriptState::changed && script->name.kind == ScriptKind::versioned;
}

std::vector<PlannedScript> make_plan(const std::vector<Script>& scripts,
                                     const std::vector<HistoryEntry>& history,
                                     const PlanSettings& settings) {
  Planner planner(history, settings);
  std::vector<PlannedScript> plan;
  for (const Script& script : scripts) plan.push_back(planner.plan(script));
  planner.add_missing(plan);
  return plan;
}

}  // namespace cdckit::snow_ddl
