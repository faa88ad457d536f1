#include "tools/cdc-check/report/tally.hpp"

#include "tools/cdc-check/program/describe.hpp"

#include <algorithm>

namespace cdckit::cdc_check {
namespace {

constexpr std::size_t kShown = 200;  // bytes of a value that are kept

bool is_broken(const std::vector<Broken>& broken, const Code& code) {
  return std::any_of(
      broken.begin(), broken.end(), [&](const Broken& one) { return one.code == &code; });
}

void catch_up(metrics::Counter& counter, std::uint64_t value) {
  counter.add(static_cast<double>(value) - counter.value());
}

}  // namespace

std::string RuleCount::last_reason() const {
  if (last_line == 0) return "";
  return describe({.code = code, .value = last_value, .why = last_why});
}

Tally::Tally(const std::vector<Code>& codes, metrics::Registry& metrics)
    : rows_total_(metrics.counter("cdc_check_rows_total", "Data lines read.")),
      passed_total_(metrics.counter("cdc_check_passed_rows_total", "Data lines that went on.")),
      quarantined_total_(
          metrics.counter("cdc_check_quarantined_rows_total",
                          "Data lines that were kept back, durable in the quarantine.")) {
  for (const Code& code : codes) {
    rules_.push_back({.code = &code, .last_pos = {}, .last_value = {}});
    auto& window = windows_.emplace_back();
    if (code.rule.most_bad) {
      window.emplace(code.rule.window, *code.rule.most_bad);
      has_windows_ = true;
    }
    const metrics::Labels labels{{"rule", code.rule.name},
                                 {"severity", word_of(code.rule.severity)}};
    bad_.push_back(&metrics.counter(
        "cdc_check_rule_bad_rows_total", "Data lines that broke the rule.", labels));
    ratio_.push_back(&metrics.gauge("cdc_check_rule_bad_ratio",
                                    "Bad data lines of all that the rule looked at.",
                                    {{"rule", code.rule.name}}));
  }
}

const Code* Tally::add(const std::vector<Broken>& broken,
                       const std::vector<Program*>& programs,
                       std::uint64_t line,
                       std::string_view pos) {
  ++rows_;
  for (const Broken& one : broken) {
    RuleCount& count = rules_[one.code->number];
    ++count.bad;
    count.last_line = line;
    count.last_pos.assign(pos);
    count.last_value.assign(one.value.substr(0, kShown));
    count.last_why = one.why;
  }
  if (!has_windows_) return nullptr;
  const Code* too_many = nullptr;
  for (const Program* program : programs) {
    for (const Check& check : program->checks()) {
      auto& window = windows_[check.code->number];
      if (window && window->add(is_broken(broken, *check.code)) && too_many == nullptr)
        too_many = check.code;
    }
  }
  return too_many;
}

void Tally::refresh(const std::vector<std::uint64_t>& rows) {
  for (std::size_t i = 0; i < rules_.size(); ++i) {
    rules_[i].rows = rows[i];
    catch_up(*bad_[i], rules_[i].bad);
    ratio_[i]->set(rules_[i].ratio());
  }
  catch_up(rows_total_, rows_);
  catch_up(passed_total_, passed_);
  catch_up(quarantined_total_, kept_);
}

}  // namespace cdckit::cdc_check
