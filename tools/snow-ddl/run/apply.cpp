#include "tools/snow-ddl/run/apply.hpp"

#include "common/base/clock.hpp"
#include "common/base/error.hpp"
#include "common/log/log.hpp"
#include "common/snow/digest.hpp"
#include "common/snow/identifiers.hpp"
#include "tools/snow-ddl/result/result_text.hpp"
#include "tools/snow-ddl/result/statement_report.hpp"

#include <algorithm>
#include <chrono>

#include <fmt/format.h>

namespace cdckit::snow_ddl {
namespace {

using base::Error;
using base::ErrorKind;

class Watch {
 public:
  [[nodiscard]] std::int64_t milliseconds() const {
    return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() -
                                                                 began_)
        .count();
  }

 private:
  std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
};

StatementReport report_for(const Script& script, const std::string& key, std::size_t index) {
  StatementReport report;
  report.script = key;
  report.statement = index + 1;
  report.line = script.statements.at(index).line;
  return report;
}

std::string joined(const RequestPlan& plan) {
  std::string text;
  for (const RequestPart& part : plan.parts) text += (text.empty() ? "" : ";\n") + part.text;
  return text;
}

// A refusal of the statement itself; what a retry or other rights would mend is none.
bool is_refusal(const Error& error) {
  return dynamic_cast<const snow::SqlError*>(&error) != nullptr &&
         error.kind() != ErrorKind::temporary;
}

std::string checksum_of_statement(const SqlStatement& statement, const Mask& mask) {
  return snow::sha256_hex(mask(statement.text));
}

}  // namespace

// Thrown when a statement was refused and that was told.
struct Refused {
  bool permission = false;
  std::string message;
  std::string hint;
};

struct Applier::Run {
  explicit Run(const Script& of)
      : script(of),
        key(of.key()),
        units(of.statements),
        session(fmt::format("snow-ddl {};{}", CDCKIT_VERSION, of.key())) {}

  const Script& script;
  std::string key;
  Units units;
  Session session;
  Watch watch;
  Watch statement_watch;
  ScriptProgress known;
  std::string request_id;
  std::uint64_t attempt = 1;
  std::optional<Step> unsaid;  // done, and not written down yet
};

std::size_t resume_at(const Script& script, const ScriptProgress& known, const Mask& mask) {
  std::size_t start = 0;
  const auto refuse = [&](std::uint64_t number, const char* what) {
    throw Error(ErrorKind::unavailable,
                fmt::format("could not go on with \"{}\": statement {}, which {}, is another one "
                            "now",
                            script.key(),
                            number,
                            what),
                "Put it back, or say that all is well with snow-ddl repair.");
  };
  for (const auto& [number, step] : known) {
    if (step.state == StepState::failed) continue;
    const bool done = step.state == StepState::done;
    const bool same = number <= script.statements.size() &&
                      checksum_of_statement(script.statements[number - 1], mask) == step.checksum;
    if (!same) refuse(number, done ? "ran already" : "may have run already");
    if (done) start = std::max<std::size_t>(start, number);
  }
  return start;
}

Applier::Applier(History& history, Progress& progress, Server server, Mask mask, Print print)
    : history_(history),
      progress_(progress),
      server_(std::move(server)),
      mask_(std::move(mask)),
      print_(std::move(print)) {}

void Applier::require_lock() const {
  if (server_.lost && server_.lost())
    throw Error(ErrorKind::temporary,
                "could not go on: the lock could not be kept, another run may be at work",
                "Run it again: it goes on behind the last statement.");
}

Outcome Applier::apply(const std::vector<PlannedScript>& plan,
                       const ApplySettings& settings,
                       signals::StopToken stop) {
  stop_ = stop;
  settings_ = settings;
  known_ = progress_.read(true);
  bool refused = false;
  for (const PlannedScript& planned : plan) {
    if (!planned.to_run()) continue;
    if (stop_.stop_requested()) return Outcome::stopped;
    const Script& script = *planned.script;
    const bool waits = std::any_of(script.after.begin(), script.after.end(), [&](const auto& name) {
      return failed_.contains(name);
    });
    if (waits) {
      failed_.insert(script.name.file);
      log::warning(fmt::format("\"{}\" is left out: it comes after one that failed", script.key()));
      continue;
    }
    if (apply_script(script)) continue;
    if (stop_.stop_requested()) return Outcome::stopped;
    refused = true;
    failed_.insert(script.name.file);
    if (!settings.keep_going || script.name.kind == ScriptKind::versioned) return Outcome::refused;
  }
  if (refused)
    log::error(
        fmt::format("could not apply {} of the scripts; the others are through", failed_.size()));
  return refused ? Outcome::refused : Outcome::done;
}

void Applier::rehearse(const std::vector<PlannedScript>& plan) const {
  for (const PlannedScript& planned : plan) {
    if (!planned.to_run()) continue;
    const std::string key = planned.script->key();
    for (std::size_t i = 0; i < planned.script->statements.size(); ++i) {
      StatementReport report = report_for(*planned.script, key, i);
      report.status = "dry-run";
      print_(statement_line(report));
    }
  }
}

void Applier::say(const StatementReport& report) {
  print_(statement_line(report));
  if (on_statement) on_statement(report);
}

// False when it was refused, or a stop was asked for in the middle.
bool Applier::apply_script(const Script& script) {
  Run run(script);
  run.known = known_[run.key];
  std::size_t start = 0;
  try {
    start = resume_at(script, run.known, mask_);
  } catch (const Error& error) {
    log::error(error.what(), {}, error.hint());
    return false;
  }
  if (start > 0) log::info(fmt::format("\"{}\" goes on behind statement {}", run.key, start));
  try {
    for (const Unit& unit : run.units.all()) {
      const std::size_t begin = std::max(start, unit.first);
      const std::size_t passed = unit.noted ? unit.last + 1 : std::min(begin, unit.last + 1);
      run.session.follow(script.statements, unit.first, passed);
      if (unit.last < start) continue;
      if (stop_.stop_requested()) {
        if (run.unsaid) progress_.add({*run.unsaid});
        return false;
      }
      require_lock();
      if (on_begin) on_begin(report_for(script, run.key, begin));
      run_unit(run, unit, begin);
      run.session.follow(script.statements, begin, unit.last + 1);
    }
  } catch (const Refused& refused) {
    const ErrorKind kind = refused.permission ? ErrorKind::permission : ErrorKind::unavailable;
    if (refused.permission) throw Error(kind, refused.message, refused.hint);
    log::error(refused.message, {}, refused.hint);
    return false;
  }
  finish(run);
  return true;
}

void Applier::run_unit(Run& run, const Unit& unit, std::size_t start) {
  if (!unit.noted) return run_request(run, unit, start);
  StatementReport report = report_for(run.script, run.key, unit.first);
  report.status = "ok";
  say(report);
}

Step Applier::step_of(const Run& run, std::size_t statement, StepState state) const {
  return {.script = run.key,
          .checksum = checksum_of_statement(run.script.statements[statement], mask_),
          .statement = statement + 1,
          .attempt = run.attempt,
          .request_id = run.request_id,
          .state = state};
}

std::vector<std::string> Applier::record(const Run& run,
                                         std::size_t first,
                                         std::size_t last) const {
  std::vector<Step> steps;
  for (std::size_t i = first; i <= last; ++i) steps.push_back(step_of(run, i, StepState::done));
  const std::string role = run.units.role_statement(last);
  if (role.empty()) return {progress_.add_text(steps)};
  return {"USE ROLE " + snow::sql_name(server_.role()), progress_.add_text(steps), role};
}

void Applier::run_request(Run& run, const Unit& unit, std::size_t start) {
  const auto before = run.known.find(start + 1);
  const bool unsettled = before != run.known.end() && before->second.state == StepState::intent;
  run.request_id = unsettled ? before->second.request_id : base::random_uuid();
  run.attempt = before == run.known.end() ? 1 : before->second.attempt + (unsettled ? 0 : 1);
  const RequestPlan plan = run.units.request(
      unit,
      start,
      [&](std::size_t first, std::size_t last) { return record(run, first, last); },
      together_);
  std::vector<Step> steps;
  if (run.unsaid) steps.push_back(*run.unsaid);
  run.unsaid.reset();
  if (!unsettled) steps.push_back(step_of(run, start, StepState::intent));
  progress_.add(steps);

  snow::Statement request =
      run.session.request(joined(plan), static_cast<unsigned>(plan.parts.size()));
  request.request_id = run.request_id;
  request.again = unsettled;
  run.statement_watch = Watch();
  try {
    tell(run, plan, server_.execute(request));
  } catch (const Error& error) {
    if (!is_refusal(error)) throw;
    const Failure failure = failure_of(plan, start, error);
    if (const auto again = take_apart(run, plan, start, failure))
      return run_request(run, unit, *again);
    if (!unsettled || plan.parts.size() > 1 || !says_done_before(run.units.facts(start), error)) {
      fail(run, start, failure, error);
      throw Refused{error.kind() == ErrorKind::permission,
                    fmt::format("could not apply \"{}\": statement {} (line {}): {}",
                                run.key,
                                failure.statement + 1,
                                run.script.statements.at(failure.statement).line,
                                failure.message),
                    std::string(error.hint())};
    }
    tell(run, plan, {});
  }
  if (!plan.recorded) run.unsaid = step_of(run, start, StepState::done);
}

// A server that cannot commit rows of one database together with a mark in another: what was to
// commit did not, what went before it is done. From now on the mark comes behind. Where to go on.
std::optional<std::size_t> Applier::take_apart(Run& run,
                                               const RequestPlan& plan,
                                               std::size_t start,
                                               const Failure& failure) {
  if (!plan.together || !failure.ours) return std::nullopt;
  together_ = false;
  const std::size_t again = failure.group;
  for (std::size_t i = start; i < again; ++i) {
    StatementReport report = report_for(run.script, run.key, i);
    report.status = "ok";
    say(report);
  }
  const Step failed = step_of(run, again, StepState::failed);
  progress_.add({failed});
  run.known[again + 1] = failed;
  return again;
}

// One line a statement; of several the counts of those that change rows are asked for.
void Applier::tell(Run& run, const RequestPlan& plan, const snow::StatementResult& result) {
  for (std::size_t i = 0; i < plan.parts.size(); ++i) {
    const std::size_t statement = plan.parts[i].statement;
    if (statement == kNoStatement) continue;
    StatementReport report = report_for(run.script, run.key, statement);
    report.status = "ok";
    report.milliseconds = run.statement_watch.milliseconds();
    std::string handle = result.handle;
    if (plan.parts.size() == 1) {
      report.rows = row_count(result);
    } else if (i < result.handles.size()) {
      handle = result.handles[i];
      if (run.units.facts(statement).dml) report.rows = row_count(server_.fetch(handle));
    }
    report.query_id = handle;
    say(report);
  }
}

// The request as a whole is not asked for again under its id.
void Applier::fail(Run& run, std::size_t start, const Failure& failure, const Error& error) {
  StatementReport report = report_for(run.script, run.key, failure.statement);
  report.status = "failed";
  report.milliseconds = run.statement_watch.milliseconds();
  report.message = failure.message;
  if (const auto* refused = dynamic_cast<const snow::SqlError*>(&error)) {
    report.query_id = refused->handle();
    report.code = refused->code();
    report.sql_state = refused->sql_state();
  }
  say(report);
  try {
    run_together(server_.execute,
                 {progress_.add_text({step_of(run, start, StepState::failed)}),
                  insert_text(history_.table(), entry_of(run, false))});
  } catch (const Error& second) {  // the first failure is the one to tell
    log::error(fmt::format("could not remember the failure of \"{}\": {}", run.key, second.what()));
  }
}

// In the history, and no longer under way, at one moment.
void Applier::finish(Run& run) {
  if (on_through) on_through(run.script);
  const std::string told =
      settings_.undo ? forget_version_text(history_.table(), run.script.version())
                     : insert_text(history_.table(), entry_of(run, true)) + progress_.guarded();
  run_together(server_.execute, {told, progress_.forget_text(run.key)});
  known_.erase(run.key);
  if (on_done) on_done(run.script);
}

HistoryEntry Applier::entry_of(const Run& run, bool success) const {
  const Script& script = run.script;
  HistoryEntry entry;
  entry.version = script.version();
  entry.description = script.name.description;
  entry.script = run.key;
  entry.kind = kind_letter(script.name.kind);
  entry.checksum = script.checksum;
  entry.seconds = (run.watch.milliseconds() + 500) / 1000;
  entry.success = success;
  return entry;
}

}  // namespace cdckit::snow_ddl
