#include "tools/pg-load/events/event_run.hpp"

#include "common/log/log.hpp"

#include <algorithm>

namespace cdckit::pg_load {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

EventRun::EventRun(const Options& options, cli::Context& context, Session& session)
    : options_(options),
      context_(context),
      input_(context.input_settings()),
      rejects_(input_, options.max_rejects),
      loader_(options, session, rejects_),
      acknowledger_(context.ack_path(), "postgresql:events"),
      reporter_(context) {}

base::ExitCode EventRun::run() {
  while (step()) {
  }
  if (interrupted_) return interrupted();
  finish();
  reporter_.summary(input_.rejected());
  return input_.end_code();
}

// A tracked source says itself where its transactions end; otherwise an idle moment has to do.
milliseconds EventRun::wait() const {
  if (input_.tracked() || options_.atomic || loader_.pending() == 0) return milliseconds(-1);
  const auto spent =
      std::chrono::duration_cast<milliseconds>(steady_clock::now() - loader_.started());
  return std::max(milliseconds(0), options_.batch_time - spent);
}

bool EventRun::due() const {
  if (input_.tracked() || options_.atomic || loader_.pending() == 0) return false;
  return loader_.pending() >= static_cast<std::uint64_t>(options_.batch_rows) ||
         wait() == milliseconds(0);
}

bool EventRun::step() {
  const event::Item& item = input_.next(wait(), context_.stop().fd());
  switch (item.kind) {
    case event::ItemKind::event:
      take_event(item);
      break;
    case event::ItemKind::row:
      rejects_.now({.line_number = item.line_number,
                    .pos = {},
                    .reason = "a plain row, not a change event",
                    .code = {},
                    .text = item.text});
      break;
    case event::ItemKind::control:
      take_control(item);
      break;
    case event::ItemKind::timeout:
      commit();
      break;
    case event::ItemKind::interrupted:
      interrupted_ = true;
      return false;
    case event::ItemKind::end:
      return false;
  }
  return true;
}

void EventRun::take_event(const event::Item& item) {
  const bool half_of_pair = item.event.op == 'c' && !item.event.old_key.empty();
  if (!half_of_pair && loader_.begins_transaction(item.event) && due()) commit();
  loader_.add(item.line_number, item.event);
}

void EventRun::take_control(const event::Item& item) {
  switch (item.control.kind) {
    case event::ControlKind::hello:
      context_.promise();
      acknowledger_.hello(item.control);
      loader_.hello(item.control.source);
      break;
    case event::ControlKind::schema:
    case event::ControlKind::snapshot:
      loader_.add(item.line_number, item.control);
      break;
    case event::ControlKind::checkpoint:
    case event::ControlKind::eof:
      acknowledger_.checkpoint(item.control);
      if (options_.atomic && item.control.kind == event::ControlKind::checkpoint) break;
      commit();
      acknowledger_.durable(reporter_.rows_ok(), input_.rejected());
      break;
    default:
      break;
  }
}

void EventRun::commit() {
  if (loader_.pending() == 0) {
    rejects_.settle(LineStore());
    return;
  }
  for (const Receipt& receipt : loader_.commit()) reporter_.committed(receipt);
}

void EventRun::finish() {
  if (input_.whole()) {
    commit();
    return;
  }
  // What came behind the last checkpoint may be half of a transaction; the source sends it again.
  log::warning("the input ended early: " + std::to_string(loader_.pending()) +
               " lines since the last checkpoint are forgotten");
  loader_.forget();
}

base::ExitCode EventRun::interrupted() {
  const bool lost = loader_.pending() > 0;
  loader_.forget();
  reporter_.summary(input_.rejected());
  if (lost || acknowledger_.pending()) return base::ExitCode::retry_later;
  return input_.rejected() > 0 ? base::ExitCode::differences : base::ExitCode::done;
}

}  // namespace cdckit::pg_load
