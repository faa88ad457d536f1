// tested by
// tests/integration/cdc-check/test_filter.py::test_good_lines_and_control_lines_pass_in_order
#include "tools/cdc-check/filter/filter.hpp"

#include "common/base/error.hpp"
#include "common/log/log.hpp"
#include "tools/cdc-check/program/describe.hpp"

#include <algorithm>

namespace cdckit::cdc_check {
Filter::Filter(
    cli::Context& context, Checker& checker, Tally& tally, pipe::SinkEnd& end, int output)
    : context_(context),
      checker_(checker),
      tally_(tally),
      end_(end),
      output_(output),
      warned_(checker.codes().size()) {}

void Filter::on_event(const event::Item& item) {
  judge(item, checker_.check_event(item.event));
}

void Filter::on_row(const event::Item& item) {
  judge(item, checker_.check_row(item.event));
}

void Filter::judge(const event::Item& item, const std::vector<Broken>& broken) {
  const Broken* worst = broken.empty() ? nullptr : worst_of(broken);
  const Code* too_many = tally_.add(broken, checker_.used(), item.line_number, item.event.pos);
  checker_.settle(worst == nullptr);
  if (worst != nullptr) {
    keep_back(item, *worst, broken.size() - 1);
  } else {
    if (!broken.empty()) warn_once(item, broken);
    tally_.passed();
    let_pass(item.text);
  }
  if (too_many == nullptr) return;
  settle_all();
  const Rule& rule = too_many->rule;
  throw base::Error(base::ErrorKind::data,
                    end_.input().where(item.line_number) + ": could not go on: rule \"" +
                        rule.name + "\" is broken by more than " + std::to_string(*rule.most_bad) +
                        " of the last " + std::to_string(rule.window) + " lines (max_bad_ratio)");
}

// Mostly with the line break that it came with, else with one of its own.
void Filter::let_pass(std::string_view line) {
  if (*(line.data() + line.size()) == '\n') {
    output_.pass(line);
  } else {
    output_.add(line);
  }
}

void Filter::keep_back(const event::Item& item, const Broken& worst, std::size_t others) {
  const Rule& rule = worst.code->rule;
  const bool stops = rule.severity == Severity::stop;
  const std::string& on_error = context_.options().on_error;
  std::string reason = describe(worst);
  if (others > 0)
    reason += " (and " + std::to_string(others) + (others == 1 ? " rule more)" : " rules more)");
  if (on_error != "stop") {
    tally_.quarantined();
    // of a row that stops the run the source will tell again, or its user has the file
    if (!stops || on_error == "reject") {
      end_.bad_line({.line_number = item.line_number,
                     .pos = item.event.pos,
                     .reason = reason,
                     .code = rule.name,
                     .text = item.text,
                     .hint = {},
                     .is_json = true});
    }
    if (!stops) return;
  }
  settle_all();
  throw base::Error(base::ErrorKind::data,
                    end_.input().where(item.line_number) +
                        ": could not let the line pass: rule \"" + rule.name + "\": " + reason,
                    stops ? "The rule's severity is stop."
                          : "Use --reject FILE to keep such lines and go on, or --on-error skip.");
}

void Filter::warn_once(const event::Item& item, const std::vector<Broken>& broken) {
  for (const Broken& one : broken) {
    if (warned_[one.code->number]) continue;
    warned_[one.code->number] = true;
    log::warning(end_.input().where(item.line_number) + ": rule \"" + one.code->rule.name +
                 "\": " + describe(one) + " (said once)");
  }
}

void Filter::on_control(const event::Item& item) {
  if (item.control.kind == event::ControlKind::schema)
    checker_.on_schema(event::parse_schema_line(item.text));
  let_pass(item.text);
}

void Filter::on_checkpoint(const event::Control& control, std::uint64_t mark, bool /*eof*/) {
  end_.durable(mark, tally_.passed_rows());  // makes the quarantine durable
  tally_.kept();
  let_pass(control.line);
}

void Filter::on_quiet(bool /*woken*/) {
  output_.flush();
  if (end_.rejects_settled()) tally_.kept();
  tally_.refresh(checker_.rows_by_rule());
}

bool Filter::finish(pipe::Finish /*how*/, bool /*tracked*/) {
  settle_all();
  return true;
}

void Filter::settle_all() {
  end_.sync_rejects();
  tally_.kept();
  output_.flush();
  tally_.refresh(checker_.rows_by_rule());
}

}  // namespace cdckit::cdc_check
