// tested by tests/integration/cdc-check/test_filter.py::test_check_tells_what_is_wrong
#include "tools/cdc-check/commands/check.hpp"

#include "common/base/error.hpp"
#include "common/cli/check_line.hpp"
#include "common/ndjson/reject_file.hpp"
#include "tools/cdc-check/program/code.hpp"
#include "tools/cdc-check/report/report_file.hpp"

namespace cdckit::cdc_check {

base::ExitCode check(const std::string& rules,
                     const std::string& report,
                     const cli::Context& context) {
  base::ExitCode code = base::ExitCode::done;
  const auto tried = [&](const char* what, const auto& work) {
    try {
      cli::print_check(what, true, work());
    } catch (const base::Error& error) {
      cli::print_check(what, false, error.what(), error.hint());
      if (code == base::ExitCode::done) code = base::exit_code_for(error.kind());
    }
  };
  tried("rules", [&] { return std::to_string(read_codes(rules).size()) + " rules in " + rules; });
  const std::string& reject = context.options().reject;
  if (!reject.empty()) {
    tried("quarantine", [&] {
      const ndjson::RejectFile file(reject, context.tool());
      return reject + " can be written";
    });
  }
  if (!report.empty()) {
    tried("report", [&] {
      const ReportFile file(report);
      return report + " can be written";
    });
  }
  return code;
}

}  // namespace cdckit::cdc_check
