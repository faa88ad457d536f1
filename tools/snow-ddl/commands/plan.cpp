// tested by tests/integration/snow-ddl/test_plan.py::test_formats_of_a_plan
#include "tools/snow-ddl/commands/plan.hpp"

#include "common/cli/text_table.hpp"
#include "common/io/file_descriptor.hpp"
#include "common/ndjson/writer.hpp"
#include "tools/snow-ddl/commands/work.hpp"
#include "tools/snow-ddl/plan/live_objects.hpp"
#include "tools/snow-ddl/run/server_check.hpp"

#include <unistd.h>

namespace cdckit::snow_ddl {
namespace {

void print(const PlanView& view, const std::string& format) {
  if (format != "ndjson") {
    io::write_all(STDOUT_FILENO,
                  format == "md"       ? plan_as_markdown(view)
                  : format == "github" ? plan_as_annotations(view)
                                       : plan_as_text(view),
                  "stdout");
    return;
  }
  ndjson::Writer out(STDOUT_FILENO, ndjson::Writer::Flush::when_full);
  for (const PlannedScript& planned : view.plan) {
    if (planned.script != nullptr) out.write(plan_line(view, planned));
  }
  out.flush();
}

// Alone, where no other shape of the plan is asked for.
bool is_digest_alone(const PlanFlags& flags) {
  return flags.digest && (flags.format.empty() || flags.format == "ndjson") && !flags.server_check;
}

void show(const PlanView& view, const PlanFlags& flags, const Variables& variables) {
  const std::string by_place = cli::wants_table({}) ? "text" : "ndjson";
  if (!is_digest_alone(flags)) print(view, flags.format.empty() ? by_place : flags.format);
  if (!flags.digest) return;
  const std::string digest = digest_of(view.plan, variables);
  io::write_all(STDOUT_FILENO, (view.offline ? kOfflineDigest : "") + digest + "\n", "stdout");
}

base::ExitCode code_of(const std::vector<PlannedScript>& plan, const PlanFlags& flags) {
  return flags.detailed_exitcode && has_work(plan) ? base::ExitCode::differences
                                                   : base::ExitCode::done;
}

// Every object counts as there, for nobody can be asked.
snow::StatementResult nobody(const snow::Statement& /*statement*/) {
  throw snow::SqlError(base::ErrorKind::data, "offline", "", "", "");
}

base::ExitCode plan_offline(const Settings& settings, const PlanFlags& flags) {
  if (flags.server_check)
    throw base::Error(base::ErrorKind::usage, "could not use --server-check with --offline");
  const std::vector<Script> scripts = load_scripts(settings.scripts);
  if (!tell_twins(scripts)) return base::ExitCode::differences;
  PlanSettings all = settings.plan;
  all.out_of_order = true;
  const std::vector<PlannedScript> plan = make_plan(scripts, {}, all);
  const Losses losses = losses_of(plan, LiveObjects(nobody));
  const Mask mask(settings.scripts.variables, secrets_of(scripts));
  show({.plan = plan, .losses = losses, .mask = mask, .offline = true},
       flags,
       settings.scripts.variables);
  return code_of(plan, flags);
}

}  // namespace

base::ExitCode plan(const Settings& settings, const PlanFlags& flags, const cli::Context& context) {
  if (flags.offline) return plan_offline(settings, flags);
  Work work(settings, context);
  if (!work.plan()) return base::ExitCode::differences;
  const Losses losses = work.find_losses();
  ServerChecks checks;
  if (flags.server_check) checks = check_on_server(work.planned(), work.server().execute());
  show({.plan = work.planned(),
        .losses = losses,
        .mask = work.mask(),
        .checks = flags.server_check ? &checks : nullptr},
       flags,
       settings.scripts.variables);
  if (work.tell_refused() || has_problem(checks)) return base::ExitCode::differences;
  return code_of(work.planned(), flags);
}

}  // namespace cdckit::snow_ddl
