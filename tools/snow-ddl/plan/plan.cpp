#include "tools/snow-ddl/plan/plan.hpp"

#include "common/snow/digest.hpp"
#include "tools/snow-ddl/scripts/checksum.hpp"

#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>

namespace cdckit::snow_ddl {
namespace {

struct Applied {
  const HistoryEntry* success = nullptr;
  const HistoryEntry* failure = nullptr;  // newer than the success
};

// Versioned scripts are known by their version, the others by their name, as schemachange has it.
std::string identity(char kind, const std::string& version, const std::string& file) {
  return kind == 'V' ? "V" + canonical_version(version) : kind + (":" + file);
}

// Versions are ordered inside of their stream.
std::string stream_of(const std::string& version) {
  const std::size_t slash = version.find('/');
  return slash == std::string::npos ? std::string() : version.substr(0, slash);
}

std::string version_in_stream(const std::string& version) {
  const std::size_t slash = version.find('/');
  return slash == std::string::npos ? version : version.substr(slash + 1);
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
      if (entry.kind != 'V') continue;
      std::string& newest = newest_[stream_of(entry.version)];
      const std::string version = version_in_stream(entry.version);
      if (compare_natural(newest, version) < 0) newest = version;
    }
  }

  PlannedScript plan(const Script& script) {
    const ScriptName& name = script.name;
    const std::string id = identity(kind_letter(name.kind), script.version(), script.key());
    seen_.insert(id);
    const auto found = applied_.find(id);
    PlannedScript planned;
    planned.script = &script;
    if (found != applied_.end()) {
      planned.entry = found->second.success;
      planned.failure = found->second.failure;
    }
    planned.state = state_of(planned);
    if (planned.state == ScriptState::applied && follows_one(script))
      planned.state = ScriptState::follows;
    if (name.kind == ScriptKind::repeatable && planned.to_run()) running_.insert(name.file);
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
  bool follows_one(const Script& script) const {
    return std::any_of(script.after.begin(), script.after.end(), [&](const std::string& name) {
      return running_.contains(name);
    });
  }

  ScriptState state_of(const PlannedScript& planned) const {
    const Script& script = *planned.script;
    const ScriptName& name = script.name;
    if (name.kind == ScriptKind::always) return ScriptState::always;
    if (planned.entry != nullptr) {
      return fits_checksum(planned.entry->checksum, script.raw, script.rendered)
                 ? ScriptState::applied
                 : ScriptState::changed;
    }
    if (name.kind == ScriptKind::repeatable) return ScriptState::pending;
    if (!settings_.target.empty() && compare_natural(name.version, settings_.target) > 0)
      return ScriptState::beyond;
    const auto newest = newest_.find(script.stream);
    const bool late = newest != newest_.end() && compare_natural(name.version, newest->second) < 0;
    return late && !settings_.out_of_order ? ScriptState::late : ScriptState::pending;
  }

  const PlanSettings& settings_;
  std::map<std::string, Applied> applied_;
  std::set<std::string> seen_;
  std::map<std::string, std::string> newest_;  // version by stream
  std::set<std::string> running_;              // repeatable ones
};

bool is_versioned(const PlannedScript& planned) noexcept {
  return planned.script != nullptr && planned.script->name.kind == ScriptKind::versioned;
}

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
    case ScriptState::follows:
      return "follows";
    case ScriptState::late:
      return "late";
    case ScriptState::beyond:
      return "beyond";
    case ScriptState::missing:
      return "missing";
  }
  return "unknown";
}

std::string_view to_text(Action action) noexcept {
  switch (action) {
    case Action::run:
      return "run";
    case Action::skip:
      return "skip";
    case Action::refuse:
      return "refuse";
  }
  return "unknown";
}

Action PlannedScript::action() const noexcept {
  switch (state) {
    case ScriptState::pending:
    case ScriptState::always:
    case ScriptState::follows:
      return Action::run;
    case ScriptState::changed:
      return is_versioned(*this) ? Action::refuse : Action::run;
    case ScriptState::late:
      return Action::refuse;
    default:
      return Action::skip;
  }
}

std::string PlannedScript::reason() const {
  switch (state) {
    case ScriptState::pending:
      return failure != nullptr ? "failed before" : "new";
    case ScriptState::changed:
      return is_versioned(*this) ? "changed after it was applied on " + entry->installed_on
                                 : "changed";
    case ScriptState::follows:
      return "a script that it comes after runs";
    case ScriptState::late:
      return "older than what was applied; --out-of-order takes it";
    case ScriptState::beyond:
      return "newer than the target";
    default:
      return std::string(to_text(state));
  }
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

bool has_work(const std::vector<PlannedScript>& plan) {
  return std::any_of(
      plan.begin(), plan.end(), [](const PlannedScript& planned) { return planned.to_run(); });
}

std::string digest_of(const std::vector<PlannedScript>& plan, const Variables& variables) {
  std::string text;
  for (const PlannedScript& planned : plan) {
    const Script* script = planned.script;
    text += fmt::format("{}\n{}\n{}\n{}\n{}\n",
                        script != nullptr ? script->key() : planned.entry->script,
                        script != nullptr ? script->checksum : "-",
                        planned.entry != nullptr ? planned.entry->checksum : "-",
                        planned.failure != nullptr,
                        to_text(planned.action()));
  }
  for (const auto& [name, variable] : variables) text += "variable " + name + "\n";
  return snow::sha256_hex(text);
}

}  // namespace cdckit::snow_ddl
