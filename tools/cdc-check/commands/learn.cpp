// tested by
// tests/integration/cdc-check/test_commands.py::test_rules_are_learned_that_the_sample_keeps
#include "tools/cdc-check/commands/learn.hpp"

#include "common/base/clock.hpp"
#include "common/base/error.hpp"
#include "common/log/progress.hpp"
#include "common/pipe/sink_end.hpp"
#include "tools/cdc-check/learn/learner.hpp"

namespace cdckit::cdc_check {

std::string learn(std::uint64_t rows, cli::Context& context) {
  event::Input input(pipe::input_settings(context));
  Learner learner;
  while (rows == 0 || learner.rows() < rows) {
    const event::Item& item = input.next(std::chrono::milliseconds(-1), context.stop().fd());
    if (item.kind == event::ItemKind::event) learner.add_event(item.event);
    if (item.kind == event::ItemKind::row) learner.add_row(item.event);
    if (log::own_progress().wanted()) log::own_progress().tell({.rows = learner.rows()});
    if (item.kind == event::ItemKind::end || item.kind == event::ItemKind::interrupted) break;
  }
  const std::string text = learner.rules(base::unix_nanoseconds());
  if (text.empty())
    throw base::Error(base::ErrorKind::data,
                      "could not learn rules: there was no row with a value");
  return text;
}

}  // namespace cdckit::cdc_check
