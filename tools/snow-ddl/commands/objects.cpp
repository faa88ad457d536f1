// tested by tests/integration/snow-ddl/test_plan.py::test_drift_is_what_somebody_else_did
#include "tools/snow-ddl/commands/objects.hpp"

#include "common/log/log.hpp"
#include "common/ndjson/writer.hpp"
#include "common/snow/identifiers.hpp"
#include "tools/snow-ddl/commands/work.hpp"
#include "tools/snow-ddl/objects/clone.hpp"
#include "tools/snow-ddl/objects/object_store.hpp"
#include "tools/snow-ddl/objects/pull.hpp"
#include "tools/snow-ddl/result/json_line.hpp"
#include "tools/snow-ddl/result/new_file.hpp"
#include "tools/snow-ddl/run/trial.hpp"

#include <filesystem>
#include <unistd.h>

#include <fmt/format.h>

namespace cdckit::snow_ddl {
namespace {

using base::ExitCode;

// True when a script says the database's name, which would not be the clone's.
bool tell_named(const Work& work, const std::string& database) {
  bool any = false;
  for (const PlannedScript& planned : work.planned()) {
    if (!planned.to_run()) continue;
    const std::string other = other_database(*planned.script);
    if (!other.empty() && other != database) {
      any = true;
      log::error(
          fmt::format("could not preview \"{}\": it changes the database {}, of which there "
                      "is no clone",
                      planned.script->path,
                      other));
    }
    if (!names_database(*planned.script, database)) continue;
    any = true;
    log::error(fmt::format("could not preview \"{}\": it names the database {} itself",
                           planned.script->path,
                           database),
               {},
               "Leave the database to the connection, or to a variable.");
  }
  return any;
}

}  // namespace

ExitCode drift(const Settings& settings, const cli::Context& context) {
  Server server(settings.server, context.stop(), Mask(settings.scripts.variables));
  ndjson::Writer out(STDOUT_FILENO, ndjson::Writer::Flush::every_line);
  const auto found = ObjectStore(settings.history, server.execute()).find_drift();
  for (const Drift& drift : found) {
    JsonLine line;
    line.text("script", drift.object.script);
    line.text("object", drift.object.name);
    line.text("kind", drift.object.kind);
    line.text("change", drift.change);
    out.write(line.finish());
  }
  return found.empty() ? ExitCode::done : ExitCode::differences;
}

ExitCode pull(const Settings& settings, const std::string& schema, const cli::Context& context) {
  namespace fs = std::filesystem;
  Server server(settings.server, context.stop(), Mask());
  if (server.database().empty())
    throw base::Error(base::ErrorKind::config,
                      "could not pull: the connection names no database",
                      "Set database in connections.toml.");
  const fs::path folder = settings.scripts.folder;
  const auto scripts = pull_schemas(server.execute(), server.database(), snow::typed_name(schema));
  ndjson::Writer out(STDOUT_FILENO, ndjson::Writer::Flush::every_line);
  for (const PulledScript& script : scripts) {
    const std::string path = (folder / script.file).string();
    write_new_file(path, script.text);
    JsonLine line;
    line.text("script", path);
    line.number("objects", script.objects);
    out.write(line.finish());
  }
  return ExitCode::done;
}

ExitCode preview(const Settings& settings, const cli::Context& context) {
  Work work(settings, context);
  if (!work.plan() || work.tell_refused()) return ExitCode::differences;
  const std::string database = work.server().database();
  if (database.empty())
    throw base::Error(base::ErrorKind::config,
                      "could not preview: the connection names no database",
                      "Set database in connections.toml.");
  if (tell_named(work, database)) return ExitCode::differences;
  ndjson::Writer out(STDOUT_FILENO, ndjson::Writer::Flush::every_line);
  const Execute execute = work.server().execute();
  const Clone clone(execute, database);
  std::vector<std::string> absent;
  for (const PlannedScript& planned : work.planned()) {
    if (!planned.to_run()) continue;
    if (context.stop().stop_requested()) return ExitCode::retry_later;
    const bool fine =
        try_script(*planned.script, clone.name(), absent, execute, [&](const std::string& line) {
          out.write(line);
        });
    if (!fine) return ExitCode::differences;
  }
  return ExitCode::done;
}

}  // namespace cdckit::snow_ddl
