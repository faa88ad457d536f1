// tested by tests/integration/snow-ddl/test_plan.py::test_status_and_verify
#include "tools/snow-ddl/commands/states.hpp"

#include "common/cli/line_table.hpp"
#include "common/log/log.hpp"
#include "common/ndjson/writer.hpp"
#include "common/snow/digest.hpp"
#include "common/snow/identifiers.hpp"
#include "tools/snow-ddl/commands/work.hpp"
#include "tools/snow-ddl/result/json_line.hpp"

#include <algorithm>
#include <unistd.h>

#include <fmt/format.h>

namespace cdckit::snow_ddl {
namespace {

using base::ExitCode;

ndjson::Writer stdout_writer() {
  return {STDOUT_FILENO, ndjson::Writer::Flush::every_line};
}

std::string problem_line(const std::string& script, const std::string& problem) {
  JsonLine line;
  line.text("script", script);
  line.text("problem", problem);
  return line.finish();
}

std::string change_line(const std::string& script, const char* change) {
  JsonLine line;
  line.text("script", script);
  line.text("change", change);
  return line.finish();
}

// Empty: it is as it was applied.
std::string problem_of(const PlannedScript& planned, const ScriptProgress* begun) {
  if (planned.state == ScriptState::changed) return "changed after it was applied";
  if (planned.state == ScriptState::missing) return "applied, but the file is gone";
  if (planned.state == ScriptState::late) return "older than what was applied";
  if (begun != nullptr) return "begun, and not through";
  return planned.failure != nullptr ? "failed" : "";
}

std::string update_checksum(const HistoryTable& table, const PlannedScript& planned) {
  return fmt::format("UPDATE {} SET CHECKSUM = {} WHERE SCRIPT = {} AND CHECKSUM = {}",
                     sql_name(table),
                     snow::sql_text(planned.script->checksum),
                     snow::sql_text(planned.entry->script),
                     snow::sql_text(planned.entry->checksum));
}

// Statements that ran count as those that stand in their places now.
ScriptProgress repaired(const Script& script, const ScriptProgress& known, const Mask& mask) {
  ScriptProgress out;
  for (const auto& [number, step] : known) {
    if (step.state == StepState::failed || number > script.statements.size()) continue;
    Step kept = step;
    kept.checksum = snow::sha256_hex(mask(script.statements[number - 1].text));
    out.emplace(number, std::move(kept));
  }
  return out;
}

HistoryEntry baseline_entry(const Script& script) {
  HistoryEntry entry;
  entry.version = script.version();
  entry.description = script.name.description + " (baseline: not run)";
  entry.script = script.key();
  entry.kind = kind_letter(script.name.kind);
  entry.checksum = script.checksum;
  return entry;
}

}  // namespace

ExitCode status(const Settings& settings, const cli::Context& context) {
  Work work(settings, context);
  if (!work.plan()) return ExitCode::differences;
  ndjson::Writer out = stdout_writer();
  cli::LineTable table(out, settings.table_format);
  for (const PlannedScript& planned : work.planned()) table.add(status_line(planned));
  table.finish();
  return ExitCode::done;
}

ExitCode verify(const Settings& settings, const cli::Context& context) {
  Work work(settings, context);
  bool fine = work.plan();
  const auto progress = work.progress().read(false);
  ndjson::Writer out = stdout_writer();
  cli::LineTable table(out, settings.table_format);
  for (const PlannedScript& planned : work.planned()) {
    const std::string key =
        planned.script != nullptr ? planned.script->key() : planned.entry->script;
    const auto begun = progress.find(key);
    const std::string problem =
        problem_of(planned, begun == progress.end() ? nullptr : &begun->second);
    if (problem.empty()) continue;
    fine = false;
    table.add(problem_line(key, problem));
  }
  table.finish();
  return fine ? ExitCode::done : ExitCode::differences;
}

ExitCode repair(const Settings& settings, const cli::Context& context) {
  Work work(settings, context);
  if (!work.plan_locked()) return ExitCode::differences;
  const Execute execute = work.server().execute();
  const auto progress = work.progress().read(true);
  const HistoryTable& table = settings.history;
  ndjson::Writer out = stdout_writer();
  (void)run_text(execute, fmt::format("DELETE FROM {} WHERE STATUS = 'Failed'", sql_name(table)));
  for (const PlannedScript& planned : work.planned()) {
    if (planned.failure != nullptr)
      out.write(change_line(planned.failure->script, "failure forgotten"));
    if (planned.script == nullptr) continue;
    const Script& script = *planned.script;
    const bool versioned = script.name.kind == ScriptKind::versioned;
    if (versioned && planned.state == ScriptState::changed) {
      (void)run_text(execute, update_checksum(table, planned));
      out.write(change_line(script.key(), "taken as it is now"));
    }
    const auto begun = progress.find(script.key());
    if (begun == progress.end()) continue;
    work.progress().replace(script.key(), repaired(script, begun->second, work.mask()));
    out.write(change_line(script.key(), "statements taken as they are now"));
  }
  return ExitCode::done;
}

ExitCode baseline(const Settings& settings, bool repeatables, const cli::Context& context) {
  Settings all = settings;
  all.plan.out_of_order = true;
  Work work(all, context);
  if (!work.plan_locked()) return ExitCode::differences;
  std::vector<const Script*> scripts;
  std::vector<HistoryEntry> entries;
  for (const PlannedScript& planned : work.planned()) {
    if (planned.state != ScriptState::pending) continue;
    const Script& script = *planned.script;
    const bool wanted = script.name.kind == ScriptKind::versioned ||
                        (repeatables && script.name.kind == ScriptKind::repeatable);
    if (!wanted) continue;
    scripts.push_back(&script);
    entries.push_back(baseline_entry(script));
  }
  if (scripts.empty()) return ExitCode::done;
  work.keep_objects(scripts);
  work.history().add(entries);
  ndjson::Writer out = stdout_writer();
  for (const Script* script : scripts) out.write(change_line(script->key(), "taken for applied"));
  return ExitCode::done;
}

}  // namespace cdckit::snow_ddl
