// What a run came to, for people, on stderr: a line for each rule that was broken.
#pragma once

#include "tools/cdc-check/report/tally.hpp"

#include <string>

namespace cdckit::cdc_check {

// 1,000 lines: 990 passed, 10 kept back
std::string summary_line(const Tally& tally);
// rule "positive" (quarantine): 10 of 1,000 lines (1 %), the last one line 977: ..
std::string summary_line(const RuleCount& rule);
// Warnings for broken rules, the whole as information.
void log_summary(const Tally& tally);
// 0.0123 -> 1.23 %
std::string percent(double ratio);

}  // namespace cdckit::cdc_check
