#include "tools/cdc-check/report/summary.hpp"

#include "common/cli/text_table.hpp"
#include "common/log/log.hpp"

#include <fmt/format.h>

namespace cdckit::cdc_check {
namespace {

std::string count(std::uint64_t number) {
  return cli::human_count(static_cast<std::int64_t>(number));
}

}  // namespace

std::string percent(double ratio) {
  return fmt::format("{:.3g} %", ratio * 100);
}

std::string summary_line(const Tally& tally) {
  return count(tally.rows()) + " lines: " + count(tally.passed_rows()) + " passed, " +
         count(tally.quarantined_rows()) + " kept back";
}

std::string summary_line(const RuleCount& rule) {
  const Rule& what = rule.code->rule;
  std::string out = "rule \"" + what.name + "\" (" + word_of(what.severity) +
                    "): " + count(rule.bad) + " of " + count(rule.rows) + " lines (" +
                    percent(rule.ratio()) + ")";
  if (rule.last_line > 0)
    out += ", the last one line " + std::to_string(rule.last_line) + ": " + rule.last_reason();
  return out;
}

void log_summary(const Tally& tally) {
  bool broken = false;
  for (const RuleCount& rule : tally.rules()) {
    if (rule.bad == 0) continue;
    log::warning(summary_line(rule));
    broken = true;
  }
  if (broken) {
    log::warning(summary_line(tally));
  } else {
    log::info(summary_line(tally));
  }
}

}  // namespace cdckit::cdc_check
