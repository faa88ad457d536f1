// What the commands need to know of the command line.
#pragma once

#include "tools/snow-ddl/history/history_table.hpp"
#include "tools/snow-ddl/plan/plan.hpp"
#include "tools/snow-ddl/run/server.hpp"
#include "tools/snow-ddl/scripts/script.hpp"

#include <string>
#include <vector>

namespace cdckit::snow_ddl {

struct Settings {
  ServerSettings server{};
  ScriptSettings scripts{};
  std::vector<std::string> secrets{};  // of scripts beside the plan's: env_var() of undo scripts
  PlanSettings plan{};
  HistoryTable history{};
  std::string table_format{};  // of status and verify
};

struct PlanFlags {
  std::string format{};  // empty: by what stdout is
  bool digest = false;
  bool detailed_exitcode = false;
  bool server_check = false;
  bool offline = false;
};

struct ApplyFlags {
  std::string digest{};  // of the plan that was seen; empty: any
  bool dry_run = false;
  bool keep_going = false;
  bool allow_destructive = false;
};

}  // namespace cdckit::snow_ddl
