#include "tools/cdc-check/run.hpp"

#include "common/base/clock.hpp"
#include "common/base/error.hpp"
#include "common/io/file_descriptor.hpp"
#include "common/log/log.hpp"
#include "tools/cdc-check/commands/check.hpp"
#include "tools/cdc-check/commands/explain.hpp"
#include "tools/cdc-check/commands/learn.hpp"
#include "tools/cdc-check/commands/replay.hpp"
#include "tools/cdc-check/filter/filter.hpp"
#include "tools/cdc-check/import/importer.hpp"
#include "tools/cdc-check/report/report_file.hpp"
#include "tools/cdc-check/report/summary.hpp"

#include <optional>
#include <unistd.h>

namespace cdckit::cdc_check {
namespace {

base::ExitCode print(const std::string& text) {
  io::write_all(STDOUT_FILENO, text, "stdout");
  return base::ExitCode::done;
}

// The summary and the report come at every end, also of a run that stops.
class Ending {
 public:
  Ending(const Options& options, const Tally& tally)
      : tally_(tally), run_{.rules_file = options.rules, .started = base::unix_microseconds()} {
    if (!options.report.empty()) report_.emplace(options.report);
  }
  void tell(base::ExitCode code) {
    log_summary(tally_);
    run_.ended = base::unix_microseconds();
    run_.exit_code = base::to_int(code);
    if (report_) report_->write(run_, tally_);
  }

 private:
  const Tally& tally_;
  RunFacts run_;
  std::optional<ReportFile> report_;
};

base::ExitCode filter_lines(const Options& options, cli::Context& context) {
  Checker checker(read_codes(options.rules), options.unavailable_value);
  Tally tally(checker.codes(), context.metrics());
  Ending ending(options, tally);
  pipe::SinkEnd end(context, {.name = "cdc-check", .passes_on = true});
  Filter filter(context, checker, tally, end, STDOUT_FILENO);
  base::ExitCode code{};
  try {
    code = end.run(filter);
  } catch (const base::Error& error) {
    ending.tell(base::exit_code_for(error.kind()));
    throw;
  }
  ending.tell(code);
  return code;
}

}  // namespace

base::ExitCode run(const Options& options, cli::Context& context) {
  if (context.options().check) return check(options.rules, options.report, context);
  if (options.explain) return print(explain(read_codes(options.rules)));
  if (options.learn) return print(learn(static_cast<std::uint64_t>(options.rows), context));
  return filter_lines(options, context);
}

base::ExitCode run_replay(const Options& options, cli::Context& context) {
  Checker checker(read_codes(options.rules), options.unavailable_value);
  return replay(options.file, checker, context);
}

base::ExitCode run_import(const Options& options, cli::Context& /*context*/) {
  const Imported imported = import_rules(io::read_file(options.file), options.file);
  for (const auto& [what, why] : imported.left_out())
    log::warning("left out: " + what + ": " + why);
  return print(imported.text());
}

}  // namespace cdckit::cdc_check
