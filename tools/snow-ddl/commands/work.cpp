// tested by tests/integration/snow-ddl/test_migrations.py::test_plan_apply_status_and_again
#include "tools/snow-ddl/commands/work.hpp"

#include "common/log/log.hpp"
#include "tools/snow-ddl/objects/object_store.hpp"
#include "tools/snow-ddl/plan/live_objects.hpp"

#include <map>

#include <fmt/format.h>

namespace cdckit::snow_ddl {

Work::Work(const Settings& settings, const cli::Context& context)
    : settings_(settings),
      scripts_(load_scripts(settings.scripts)),
      mask_(settings.scripts.variables, secrets_of(scripts_, settings.secrets)),
      stop_(context.stop()),
      server_(settings.server, stop_, mask_),
      history_(settings.history, server_.execute()),
      progress_(settings.history, server_.execute()) {}

bool tell_twins(const std::vector<Script>& scripts) {
  const std::vector<std::string> twins = find_twins(scripts);
  for (const std::string& message : twins) log::error(message);
  return twins.empty();
}

bool Work::make() {
  plan_ = make_plan(scripts_, entries_, settings_.plan);
  return tell_twins(scripts_);
}

bool Work::plan() {
  entries_ = history_.read();
  if (!history_.found())
    log::warning(
        fmt::format("there is no history {} yet, or this role does not see it: nothing "
                    "counts as applied",
                    sql_name(settings_.history)));
  return make();
}

bool Work::plan_locked() {
  entries_ = history_.prove();
  const LockOwner owner = LockOwner::here();
  keeping_.emplace(settings_.server, stop_, mask_);
  lock_.emplace(settings_.history, owner, server_.execute());
  renewing_.emplace(settings_.history, owner, keeping_->execute());
  keeper_.emplace(*lock_, *renewing_);
  progress_.guard(lock_->held());
  progress_.prove();
  entries_ = history_.read();  // what a run before us did while we waited for nothing
  return make();
}

Losses Work::find_losses() {
  return losses_of(plan_, LiveObjects(server_.execute()));
}

std::string Work::own_role() {
  const auto result = run_text(server_.execute(), "SELECT CURRENT_ROLE()");
  return result.rows.at(0).at(0).value_or("");
}

void Work::keep_objects(const std::vector<const Script*>& scripts) {
  std::map<std::string, LeftObject> left;  // the last script that had to do with it counts
  for (const Script* script : scripts) {
    for (MadeObject& object : made_objects(*script, {server_.database(), server_.schema()})) {
      const std::string id = object.kind + " " + object.name;
      left.insert_or_assign(id, LeftObject{script->key(), std::move(object)});
    }
  }
  std::vector<LeftObject> objects;
  for (auto& [id, object] : left) objects.push_back(std::move(object));
  try {
    ObjectStore(settings_.history, server_.execute()).keep(objects);
  } catch (const snow::SqlError& error) {
    if (error.kind() == base::ErrorKind::temporary) throw;
    log::warning(fmt::format(
        "could not remember for drift what \"{}\" made: {}", scripts.back()->key(), error.what()));
  }
}

bool Work::tell_refused() const {
  bool any = false;
  for (const PlannedScript& planned : plan_) {
    if (planned.script == nullptr || planned.action() != Action::refuse) continue;
    any = true;
    if (planned.state == ScriptState::late) {
      log::error(fmt::format("could not go on: \"{}\" is older than what was applied",
                             planned.script->path),
                 {},
                 "--out-of-order runs it all the same.");
      continue;
    }
    log::error(
        fmt::format("could not go on: \"{}\" was changed after it was applied on {}: checksum {} "
                    "then, {} now",
                    planned.script->path,
                    planned.entry->installed_on,
                    planned.entry->checksum,
                    planned.script->checksum),
        {},
        "Restore the script, and put the change into a new one.");
  }
  return any;
}

}  // namespace cdckit::snow_ddl
