#include "tools/snow-ddl/apply.hpp"

#include "common/base/error.hpp"
#include "common/log/log.hpp"
#include "tools/snow-ddl/report.hpp"
#include "tools/snow-ddl/result_text.hpp"

#include <chrono>

#include <fmt/format.h>

namespace cdckit::snow_ddl {
namespace {

using base::Error;

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

StatementReport report_for(const Script& script, std::size_t index) {
  StatementReport report;
  report.script = script.name.file;
  report.statement = index + 1;
  report.line = script.statements.at(index).line;
  return report;
}

Error failure_of(const Script& script, std::size_t index, const Error& error) {
  return {kind_of_refusal(error),
          fmt::format("could not apply \"{}\": statement {} (line {}): {}",
                      script.name.file,
                      index + 1,
                      script.statements.at(index).line,
                      error.what()),
          std::string(error.hint())};
}

}  // namespace

bool Applier::apply(const std::vector<PlannedScript>& plan, signals::StopToken stop) {
  for (const PlannedScript& planned : plan) {
    if (!planned.to_run()) continue;
    if (stop.stop_requested()) return false;
    history_.create_if_missing();
    apply_script(*planned.script);
  }
  return true;
}

void Applier::rehearse(const std::vector<PlannedScript>& plan) const {
  for (const PlannedScript& planned : plan) {
    if (!planned.to_run()) continue;
    for (std::size_t i = 0; i < planned.script->statements.size(); ++i) {
      StatementReport report = report_for(*planned.script, i);
      report.status = "dry-run";
      print_(statement_line(report));
    }
  }
}

void Applier::apply_script(const Script& script) {
  const Watch watch;
  Session session(execute_, fmt::format("snow-ddl {};{}", CDCKIT_VERSION, script.name.file));
  try {
    for (std::size_t i = 0; i < script.statements.size(); ++i) run_statement(session, script, i);
  } catch (const Error&) {
    try {
      remember(script, watch.milliseconds(), false);
    } catch (const Error& second) {  // the first failure is the one to tell
      log::error(fmt::format(
          "could not remember the failure of \"{}\": {}", script.name.file, second.what()));
    }
    throw;
  }
  remember(script, watch.milliseconds(), true);
}

void Applier::run_statement(Session& session, const Script& script, std::size_t index) {
  StatementReport report = report_for(script, index);
  const Watch watch;
  try {
    const snow::StatementResult result = session.run(script.statements.at(index).text);
    report.status = "ok";
    report.rows = row_count(result);
    report.milliseconds = watch.milliseconds();
    report.query_id = result.handle;
    print_(statement_line(report));
  } catch (const Error& error) {
    const auto* refused = dynamic_cast<const snow::SqlError*>(&error);
    report.status = "failed";
    report.milliseconds = watch.milliseconds();
    report.message = error.what();
    if (refused != nullptr) {
      report.query_id = refused->handle();
      report.code = refused->code();
      report.sql_state = refused->sql_state();
    }
    print_(statement_line(report));
    throw failure_of(script, index, error);
  }
}

void Applier::remember(const Script& script, std::int64_t milliseconds, bool success) {
  HistoryEntry entry;
  entry.version = script.name.version;
  entry.description = script.name.description;
  entry.script = script.name.file;
  entry.kind = kind_letter(script.name.kind);
  entry.checksum = script.checksum;
  entry.seconds = (milliseconds + 500) / 1000;
  entry.success = success;
  history_.add(entry);
}

}  // namespace cdckit::snow_ddl
