// What most commands begin with: scripts, connection, history and the plan they make. Scripts come
// first: a typing mistake needs no server.
#pragma once

#include "common/cli/run_tool.hpp"
#include "tools/snow-ddl/commands/settings.hpp"
#include "tools/snow-ddl/history/history.hpp"
#include "tools/snow-ddl/history/lock.hpp"
#include "tools/snow-ddl/history/progress.hpp"
#include "tools/snow-ddl/plan/plan_text.hpp"
#include "tools/snow-ddl/run/lock_keeper.hpp"
#include "tools/snow-ddl/run/server.hpp"

#include <optional>
#include <string>
#include <vector>

namespace cdckit::snow_ddl {

// False when two scripts cannot both run: that was logged.
bool tell_twins(const std::vector<Script>& scripts);

class Work {
 public:
  Work(const Settings& settings, const cli::Context& context);

  // Reads the history and plans. False when two scripts cannot both run: that was logged.
  bool plan();
  // The same while nobody else applies: under the lock, which is kept from now on, and with a
  // history that is proved to be readable and writable.
  bool plan_locked();

  // What would be lost by the statements that are to run. Asks the server which replaced objects
  // are there.
  Losses find_losses();
  // Remembers what the scripts made, in their order, for drift.
  void keep_objects(const std::vector<const Script*>& scripts);
  // Logs why scripts are refused; true when some are.
  [[nodiscard]] bool tell_refused() const;

  [[nodiscard]] const Settings& settings() const noexcept { return settings_; }
  [[nodiscard]] const std::vector<Script>& scripts() const noexcept { return scripts_; }
  [[nodiscard]] const std::vector<PlannedScript>& planned() const noexcept { return plan_; }
  [[nodiscard]] const std::vector<HistoryEntry>& entries() const noexcept { return entries_; }
  [[nodiscard]] const Mask& mask() const noexcept { return mask_; }
  Server& server() noexcept { return server_; }
  History& history() noexcept { return history_; }
  Progress& progress() noexcept { return progress_; }
  // The role that the connection comes with.
  std::string own_role();
  [[nodiscard]] bool lost_lock() const { return keeper_ && keeper_->lost(); }

 private:
  bool make();

  Settings settings_;
  std::vector<Script> scripts_;
  Mask mask_;
  signals::StopToken stop_;
  Server server_;
  History history_;
  Progress progress_;
  std::vector<HistoryEntry> entries_;
  std::vector<PlannedScript> plan_;
  // the lock's own connection and thread
  std::optional<Server> keeping_;
  std::optional<Lock> lock_;
  std::optional<Lock> renewing_;
  std::optional<LockKeeper> keeper_;
};

}  // namespace cdckit::snow_ddl
