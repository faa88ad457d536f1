// tested by tests/integration/snow-ddl/test_migrations.py::test_check_looks_at_everything
#include "tools/snow-ddl/commands/check.hpp"

#include "common/base/error.hpp"
#include "common/cli/check_line.hpp"
#include "tools/snow-ddl/history/history.hpp"

#include <fmt/format.h>

namespace cdckit::snow_ddl {

using base::ExitCode;

namespace {

void look_at_scripts(const ScriptSettings& settings) {
  const auto found = load_scripts(settings);
  cli::print_check("scripts", true, fmt::format("{}: {} scripts", settings.folder, found.size()));
}

// What failed is a line, too. Called while it is handled.
ExitCode told(const char* what, const base::Error& error) {
  if (error.kind() == base::ErrorKind::output_closed) throw;
  cli::print_check(what, false, error.what(), error.hint());
  return base::exit_code_for(error.kind());
}

}  // namespace

ExitCode check_scripts(const ScriptSettings& settings) {
  try {
    look_at_scripts(settings);
    return ExitCode::done;
  } catch (const base::Error& error) {
    return told("scripts", error);
  }
}

ExitCode check(const Settings& settings, const cli::Context& context) {
  const char* what = "scripts";
  const bool scripts = !settings.scripts.folder.empty();
  try {
    if (scripts) look_at_scripts(settings.scripts);
    what = "connection";
    Server server(settings.server, context.stop(), Mask(settings.scripts.variables));
    cli::print_check(what, true, server.address());
    what = "login";
    const auto user = run_text(server.execute(), "SELECT CURRENT_USER()");
    cli::print_check(what, true, user.rows.at(0).at(0).value_or("nobody"));
    if (!scripts) return ExitCode::done;
    what = "history";
    const auto entries = History(settings.history, server.execute()).read();
    cli::print_check(
        what, true, fmt::format("{}: {} rows", sql_name(settings.history), entries.size()));
    return ExitCode::done;
  } catch (const base::Error& error) {
    return told(what, error);
  }
}

}  // namespace cdckit::snow_ddl
