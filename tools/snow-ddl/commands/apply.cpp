// tested by tests/integration/snow-ddl/test_migrations.py::test_plan_apply_status_and_again
#include "tools/snow-ddl/commands/apply.hpp"

#include "common/log/log.hpp"
#include "common/log/progress.hpp"
#include "common/ndjson/writer.hpp"
#include "tools/snow-ddl/commands/work.hpp"
#include "tools/snow-ddl/run/apply.hpp"

#include <algorithm>
#include <unistd.h>

#include <fmt/format.h>

namespace cdckit::snow_ddl {
namespace {

using base::ErrorKind;
using base::ExitCode;

// A script is not left in the middle because nobody listens.
class Printer {
 public:
  void operator()(const std::string& line) {
    try {
      if (heard_) out_.write(line);
    } catch (const base::Error& error) {
      if (error.kind() != ErrorKind::output_closed) throw;
      heard_ = false;
    }
  }

 private:
  ndjson::Writer out_{STDOUT_FILENO, ndjson::Writer::Flush::every_line};
  bool heard_ = true;
};

// What is told of a run beside its lines: metrics, and the line on a terminal.
class Teller {
 public:
  explicit Teller(cli::Context& context)
      : progress_(log::own_progress()),
        registry_(context.metrics()),
        seconds_(registry_.histogram("snow_ddl_statement_seconds",
                                     "Time one statement took, or the request that it was part of.",
                                     metrics::delay_bounds())),
        scripts_(registry_.counter("snow_ddl_scripts_total",
                                   "Scripts that are through and in the history.")) {}

  void plan(const std::vector<PlannedScript>& planned) {
    for (const PlannedScript& one : planned) {
      if (one.to_run()) most_ += one.script->statements.size();
    }
  }
  void begin(const StatementReport& report) {
    progress_.doing(fmt::format("{}: statement {}", report.script, report.statement));
  }
  void statement(const StatementReport& report) {
    const std::string result(report.status);
    registry_.counter("snow_ddl_statements_total", "Statements by their end.", {{"result", result}})
        .add();
    seconds_.observe(static_cast<double>(report.milliseconds) / 1000);
    ++done_;
    if (most_ > 0)
      progress_.tell({.part = static_cast<double>(done_) / static_cast<double>(most_)});
  }
  void script() { scripts_.add(); }

 private:
  log::Progress& progress_;
  metrics::Registry& registry_;
  metrics::Histogram& seconds_;
  metrics::Counter& scripts_;
  std::size_t most_ = 0;
  std::size_t done_ = 0;
};

Applier applier_of(Work& work, Printer& printer, Teller& teller) {
  Applier applier(work.history(),
                  work.progress(),
                  {work.server().execute(),
                   work.server().fetch(),
                   [&work] { return work.lost_lock(); },
                   [&work] { return work.own_role(); }},
                  work.mask(),
                  [&printer](const std::string& line) { printer(line); });
  applier.on_through = [&work](const Script& script) { work.keep_objects({&script}); };
  applier.on_done = [&teller](const Script& /*script*/) { teller.script(); };
  applier.on_begin = [&teller](const StatementReport& report) { teller.begin(report); };
  applier.on_statement = [&teller](const StatementReport& report) { teller.statement(report); };
  return applier;
}

ExitCode code_of(Outcome outcome) {
  switch (outcome) {
    case Outcome::done:
      return ExitCode::done;
    case Outcome::stopped:
      log::notice("stopped: run it again, it goes on behind the last statement");
      return ExitCode::retry_later;
    case Outcome::refused:
      return ExitCode::differences;
  }
  return ExitCode::bug;
}

bool refuse_losses(Work& work) {
  const Losses losses = work.find_losses();
  for (const auto& [script, lost] : losses) {
    for (const auto& [statement, why] : lost)
      log::error(fmt::format("could not go on: \"{}\" line {} {}",
                             script->path,
                             script->statements[statement].line,
                             why),
                 {},
                 "--allow-destructive runs it all the same.");
  }
  return !losses.empty();
}

bool is_another_plan(const Work& work, const std::string& wanted) {
  if (wanted.empty()) return false;
  const std::string digest = digest_of(work.planned(), work.settings().scripts.variables);
  if (digest == wanted) return false;
  log::error(fmt::format("could not go on: this is another plan than the one that was seen: "
                         "digest {}, wanted {}",
                         digest,
                         wanted),
             {},
             "Scripts, variables or the history changed since; look at the plan again.");
  return true;
}

// The versions to be taken back, the newest first, with their scripts.
std::vector<PlannedScript> plan_undo(const Work& work, const std::vector<Script>& scripts) {
  std::vector<PlannedScript> applied;
  for (const PlannedScript& planned : work.planned()) {
    const bool versioned = planned.entry != nullptr && planned.entry->kind == 'V';
    if (versioned) applied.push_back(planned);
  }
  std::sort(applied.begin(), applied.end(), [](const auto& left, const auto& right) {
    return compare_natural(left.entry->version, right.entry->version) > 0;
  });
  const std::string& target = work.settings().plan.target;
  std::vector<PlannedScript> out;
  for (const PlannedScript& planned : applied) {
    const std::string version = canonical_version(planned.entry->version);
    if (target.empty() ? !out.empty() : compare_natural(version, target) <= 0) break;
    const auto found = std::find_if(scripts.begin(), scripts.end(), [&](const Script& script) {
      return canonical_version(script.version()) == version;
    });
    if (found == scripts.end())
      throw base::Error(
          ErrorKind::unavailable,
          fmt::format(
              "could not take version {} back: there is no script U{}__..sql", version, version));
    out.push_back({&*found, nullptr, nullptr, ScriptState::pending});
  }
  return out;
}

}  // namespace

ExitCode apply(const Settings& settings, const ApplyFlags& flags, cli::Context& context) {
  Work work(settings, context);
  const bool fine = flags.dry_run ? work.plan() : work.plan_locked();
  if (!fine || work.tell_refused()) return ExitCode::differences;
  if (is_another_plan(work, flags.digest)) return ExitCode::differences;
  if (!flags.allow_destructive && refuse_losses(work)) return ExitCode::differences;
  Printer printer;
  Teller teller(context);
  teller.plan(work.planned());
  Applier applier = applier_of(work, printer, teller);
  if (flags.dry_run) {
    applier.rehearse(work.planned());
    return ExitCode::done;
  }
  return code_of(applier.apply(work.planned(), {.keep_going = flags.keep_going}, context.stop()));
}

ExitCode undo(const Settings& settings, cli::Context& context) {
  const std::vector<Script> scripts = load_undo_scripts(settings.scripts);
  Settings with = settings;
  with.secrets = secrets_of(scripts);
  Work work(with, context);
  if (!work.plan_locked()) return ExitCode::differences;
  work.history().prove_forget();
  Printer printer;
  Teller teller(context);
  const std::vector<PlannedScript> planned = plan_undo(work, scripts);
  teller.plan(planned);
  Applier applier = applier_of(work, printer, teller);
  return code_of(applier.apply(planned, {.undo = true}, context.stop()));
}

}  // namespace cdckit::snow_ddl
