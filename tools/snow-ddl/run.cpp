#include "tools/snow-ddl/run.hpp"

#include "common/base/text.hpp"
#include "common/cli/check_line.hpp"
#include "common/log/log.hpp"
#include "common/ndjson/writer.hpp"
#include "common/snow/connection_settings.hpp"
#include "tools/snow-ddl/apply.hpp"
#include "tools/snow-ddl/report.hpp"
#include "tools/snow-ddl/result_text.hpp"

#include <algorithm>
#include <unistd.h>

#include <fmt/format.h>

namespace cdckit::snow_ddl {
namespace {

using base::ErrorKind;
using base::ExitCode;

class Server {
 public:
  Server(const Options& options, cli::Context& context)
      : settings_(snow::load_connection(options.connection)),
        api_(settings_, api_options(options, context)) {}
  Execute execute() {
    return [this](const snow::Statement& statement) { return api_.run(statement); };
  }
  [[nodiscard]] std::string address() const { return snow::base_url(settings_); }

 private:
  static snow::SqlApiOptions api_options(const Options& options, const cli::Context& context) {
    snow::SqlApiOptions chosen;
    chosen.user_agent = "cdckit-snow-ddl/" CDCKIT_VERSION;
    chosen.allow_http = options.allow_http;
    chosen.retry.give_up_after = options.retry_for;
    chosen.stop = context.stop();
    chosen.on_retry = [](const base::Error& error, std::chrono::milliseconds pause) {
      log::warning(
          fmt::format("{}; trying again in {}", error.what(), base::format_duration(pause)));
    };
    return chosen;
  }

  snow::ConnectionSettings settings_;
  snow::SqlApi api_;
};

// Scripts first: a typing mistake needs no server.
struct Work {
  Work(const Options& options, cli::Context& context)
      : scripts(load_scripts(options.folder, options.variables)),
        server(options, context),
        history(options.history, server.execute()),
        entries(history.read()),
        plan(make_plan(scripts, entries, {options.target, options.out_of_order})) {}

  std::vector<Script> scripts;
  Server server;
  History history;
  std::vector<HistoryEntry> entries;
  std::vector<PlannedScript> plan;
};

ndjson::Writer stdout_writer() {
  return {STDOUT_FILENO, ndjson::Writer::Flush::every_line};
}

// True when versioned scripts were edited after they ran; says which.
bool tell_conflicts(const std::vector<PlannedScript>& plan) {
  auto left = std::count_if(
      plan.begin(), plan.end(), [](const PlannedScript& planned) { return planned.in_conflict(); });
  const bool any = left > 0;
  for (const PlannedScript& planned : plan) {
    if (planned.state == ScriptState::ignored) {
      log::warning(fmt::format("\"{}\" is older than what was applied and is left out",
                               planned.script->name.file));
    }
    if (!planned.in_conflict()) continue;
    log::error(
        fmt::format("could not go on: \"{}\" was changed after it was applied on {}: checksum {} "
                    "then, {} now",
                    planned.script->path,
                    planned.entry->installed_on,
                    planned.entry->checksum,
                    planned.script->checksum),
        {},
        --left == 0 ? "Restore the script, and put the change into a new one." : "");
  }
  return any;
}

bool has_work(const std::vector<PlannedScript>& plan) {
  return std::any_of(
      plan.begin(), plan.end(), [](const PlannedScript& planned) { return planned.to_run(); });
}

void print_rows(const snow::StatementResult& result) {
  ndjson::Writer out(STDOUT_FILENO, ndjson::Writer::Flush::when_full);
  ResultText text;
  std::string line;
  for (std::size_t row = 0; row < result.rows.size(); ++row) {
    line.clear();
    text.append_row(line, result, row);
    out.write(line);
  }
  out.flush();
}

// --check: the scripts, the connection, the login, the history table.
ExitCode check(const Options& options, cli::Context& context) {
  const char* what = "scripts";
  try {
    if (!options.folder.empty()) {
      const auto scripts = load_scripts(options.folder, options.variables);
      cli::print_check(what, true, fmt::format("{}: {} scripts", options.folder, scripts.size()));
    }
    what = "connection";
    Server server(options, context);
    cli::print_check(what, true, server.address());
    what = "login";
    snow::Statement statement;
    statement.text = "SELECT CURRENT_USER()";
    cli::print_check(what, true, server.execute()(statement).rows.at(0).at(0).value_or("nobody"));
    if (options.folder.empty()) return ExitCode::done;
    what = "history";
    const auto entries = History(options.history, server.execute()).read();
    cli::print_check(
        what, true, fmt::format("{}: {} rows", sql_name(options.history), entries.size()));
    return ExitCode::done;
  } catch (const base::Error& error) {
    if (error.kind() == ErrorKind::output_closed) throw;
    cli::print_check(what, false, error.what(), error.hint());
    return base::exit_code_for(error.kind());
  }
}

}  // namespace

ExitCode run_plan(const Options& options, cli::Context& context) {
  if (context.options().check) return check(options, context);
  const Work work(options, context);
  if (tell_conflicts(work.plan)) return ExitCode::differences;
  ndjson::Writer out = stdout_writer();
  for (const PlannedScript& planned : work.plan) {
    if (planned.to_run()) out.write(plan_line(planned));
  }
  return options.detailed_exitcode && has_work(work.plan) ? ExitCode::differences : ExitCode::done;
}

ExitCode run_apply(const Options& options, cli::Context& context) {
  if (context.options().check) return check(options, context);
  Work work(options, context);
  if (tell_conflicts(work.plan)) return ExitCode::differences;
  ndjson::Writer out = stdout_writer();
  bool heard = true;
  Applier applier(work.history, work.server.execute(), [&](const std::string& line) {
    try {
      if (heard) out.write(line);
    } catch (
        const base::Error& error) {  // a script is not left in the middle because nobody listens
      if (error.kind() != ErrorKind::output_closed) throw;
      heard = false;
    }
  });
  if (options.dry_run) {
    applier.rehearse(work.plan);
    return ExitCode::done;
  }
  return applier.apply(work.plan, context.stop()) ? ExitCode::done : ExitCode::retry_later;
}

ExitCode run_status(const Options& options, cli::Context& context) {
  if (context.options().check) return check(options, context);
  const Work work(options, context);
  ndjson::Writer out = stdout_writer();
  for (const PlannedScript& planned : work.plan) out.write(status_line(planned));
  return ExitCode::done;
}

ExitCode run_query(const Options& options, cli::Context& context) {
  if (context.options().check) return check(options, context);
  const std::vector<SqlStatement> statements = split_statements(options.sql, "SQL");
  if (statements.empty())
    throw base::Error(ErrorKind::usage, "could not run SQL: there is no statement in it");
  Server server(options, context);
  Session session(server.execute(), "snow-ddl " CDCKIT_VERSION);
  try {
    for (const SqlStatement& statement : statements) print_rows(session.run(statement.text));
  } catch (const snow::SqlError& error) {
    throw base::Error(kind_of_refusal(error), error.what(), std::string(error.hint()));
  }
  return ExitCode::done;
}

}  // namespace cdckit::snow_ddl
