// tested by tests/integration/snow-ddl/test_plan.py::test_formats_of_a_plan
#include "tools/snow-ddl/commands/plan.hpp"

#include "common/cli/text_table.hpp"
#include "common/io/file_descriptor.hpp"
#include "common/ndjson/writer.hpp"
#include "tools/snow-ddl/commands/work.hpp"
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

}  // namespace

base::ExitCode plan(const Settings& settings, const PlanFlags& flags, const cli::Context& context) {
  Work work(settings, context);
  if (!work.plan()) return base::ExitCode::differences;
  const Losses losses = work.find_losses();
  ServerChecks checks;
  if (flags.server_check) checks = check_on_server(work.planned(), work.server().execute());
  const bool only_digest =
      flags.digest && (flags.format.empty() || flags.format == "ndjson") && !flags.server_check;
  const std::string by_place = cli::wants_table({}) ? "text" : "ndjson";
  if (!only_digest)
    print({.plan = work.planned(),
           .losses = losses,
           .mask = work.mask(),
           .checks = flags.server_check ? &checks : nullptr},
          flags.format.empty() ? by_place : flags.format);
  if (flags.digest) {
    const std::string digest = digest_of(work.planned(), settings.scripts.variables);
    io::write_all(STDOUT_FILENO, digest + "\n", "stdout");
  }
  if (work.tell_refused() || has_problem(checks)) return base::ExitCode::differences;
  return flags.detailed_exitcode && has_work(work.planned()) ? base::ExitCode::differences
                                                             : base::ExitCode::done;
}

}  // namespace cdckit::snow_ddl
