#include "tools/pg-load/events/event_run.hpp"

#include "common/log/log.hpp"

#include <algorithm>
#include <utility>

namespace cdckit::pg_load {

namespace {
// While more is waiting to be read, checkpoints are passed over until so much is to be committed;
// that happens while the next batch is read. walcat's checkpoints are 8 MiB apart.
constexpr std::uint64_t kBatchBytes = 6U << 20U;
// No line for so long: a commit that is under way is seen to its end, and acknowledged.
constexpr std::chrono::milliseconds kQuiet{10};
}  // namespace

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
  if (committing_) return kQuiet;
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

bool EventRun::checkpoint_due() const {
  if (!at_checkpoint_ || options_.atomic) return false;
  return loader_.pending() == 0 || loader_.pending_bytes() >= kBatchBytes ||
         !input_.has_buffered_line() ||
         steady_clock::now() - loader_.started() >= options_.batch_time;
}

bool EventRun::step() {
  if (checkpoint_due()) commit_checkpoint();
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
      if (committing_) {
        finish_commit();
      } else {
        commit();
      }
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
  at_checkpoint_ = false;
  loader_.add(item.line_number, item.event);
}

void EventRun::take_control(const event::Item& item) {
  switch (item.control.kind) {
    case event::ControlKind::hello:
      finish_commit();
      context_.promise();
      acknowledger_.hello(item.control);
      loader_.hello(item.control.source, item.control.encoding);
      break;
    case event::ControlKind::schema:
    case event::ControlKind::snapshot:
      at_checkpoint_ = false;
      loader_.add(item.line_number, item.control);
      break;
    case event::ControlKind::checkpoint:
      acknowledger_.checkpoint(item.control);
      at_checkpoint_ = true;
      if (!options_.atomic) loader_.mark();
      loader_.reached(item.control.pos);
      break;
    case event::ControlKind::eof:
      acknowledger_.checkpoint(item.control);
      loader_.reached(item.control.pos);
      commit_checkpoint();
      break;
    default:
      break;
  }
}

void EventRun::commit() {
  finish_commit();
  if (!loader_.moved()) {
    rejects_.settle(LineStore());
    return;
  }
  for (const Receipt& receipt : loader_.commit()) reporter_.committed(receipt);
}

void EventRun::commit_checkpoint() {
  finish_commit();
  at_checkpoint_ = false;
  if (loader_.pending_bytes() >= kBatchBytes && loader_.start_commit()) {
    acknowledger_.send();
    committing_ = true;
    return;
  }
  commit();
  acknowledger_.durable(reporter_.rows_ok(), input_.rejected());
}

void EventRun::finish_commit() {
  if (!std::exchange(committing_, false)) return;
  const auto receipts = loader_.finish_commit();
  if (!receipts) {
    acknowledger_.take_back();
    at_checkpoint_ = loader_.at_mark();
    return;
  }
  for (const Receipt& receipt : *receipts) reporter_.committed(receipt);
  acknowledger_.durable_sent(reporter_.rows_ok(), input_.rejected());
}

void EventRun::finish() {
  if (input_.whole()) {
    commit();
    return;
  }
  const bool lost = commit_marked();
  if (lost)
    log::warning("the input ended early: what came behind the last checkpoint is forgotten");
}

// What came behind the last checkpoint may be half of a transaction; the source sends it again.
// True when there was some.
bool EventRun::commit_marked() {
  finish_commit();
  const bool all = at_checkpoint_ || loader_.pending() == 0;
  const bool acknowledge = acknowledger_.pending() && !options_.atomic;
  for (const Receipt& receipt : loader_.commit_marked()) reporter_.committed(receipt);
  if (acknowledge) acknowledger_.durable(reporter_.rows_ok(), input_.rejected());
  return !all;
}

base::ExitCode EventRun::interrupted() {
  const bool lost = commit_marked();
  reporter_.summary(input_.rejected());
  if (lost || acknowledger_.pending()) return base::ExitCode::retry_later;
  return input_.rejected() > 0 ? base::ExitCode::differences : base::ExitCode::done;
}

}  // namespace cdckit::pg_load
