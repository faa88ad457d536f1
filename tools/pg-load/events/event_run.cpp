#include "tools/pg-load/events/event_run.hpp"

#include "common/base/text.hpp"
#include "common/event/position.hpp"
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

bool is_stream_position(const std::string& pos) {
  constexpr std::size_t kDigits = 16;
  return pos.size() == kDigits && base::parse_hex(pos).has_value();
}

std::string shown(const std::string& pos) {
  return pos.empty() ? "nothing" : event::lsn_text(base::parse_hex(pos).value_or(0));
}

}  // namespace

using std::chrono::milliseconds;
using std::chrono::steady_clock;

EventRun::EventRun(const Options& options, cli::Context& context, Session& session)
    : options_(options),
      end_(context, {.name = "postgresql:events"}),
      rejects_(end_.input(), options.max_rejects),
      loader_(options, session, rejects_),
      reporter_(context),
      delay_(context.metrics()) {}

milliseconds EventRun::batch_time_left() const {
  const auto spent =
      std::chrono::duration_cast<milliseconds>(steady_clock::now() - loader_.started());
  return std::max(milliseconds(0), options_.batch_time - spent);
}

// A tracked source says itself where its transactions end; otherwise an idle moment has to do.
milliseconds EventRun::patience() const {
  constexpr milliseconds kForEver{-1};
  if (committing_) return kQuiet;
  if (options_.atomic) return kForEver;
  if (end_.tracked() && idle()) return idle_pace_.left(steady_clock::now());
  if (loader_.pending() == 0 || (end_.tracked() && newest_ == durable_)) return kForEver;
  return batch_time_left();
}

bool EventRun::due() const {
  if (end_.tracked() || options_.atomic || loader_.pending() == 0) return false;
  return loader_.pending() >= static_cast<std::uint64_t>(options_.batch_rows) ||
         batch_time_left() == milliseconds(0);
}

bool EventRun::checkpoint_due() const {
  if (options_.atomic) return false;
  return loader_.pending() == 0 || loader_.pending_bytes() >= kBatchBytes ||
         !end_.has_buffered_line() || batch_time_left() == milliseconds(0);
}

void EventRun::on_event(const event::Item& item) {
  if (item.event.op != 'r') require_no_gap();
  if (!is_second_half(item.event) && loader_.begins_transaction(item.event) && due()) commit();
  const std::uint64_t before = loader_.pending();
  loader_.add(item.line_number, item.event);
  // what had been applied before is not added
  if (loader_.pending() > before) delay_.read(item.event);
}

void EventRun::on_row(const event::Item& item) {
  rejects_.now({.line_number = item.line_number,
                .pos = {},
                .reason = "a plain row, not a change event",
                .code = {},
                .text = item.text});
}

void EventRun::on_control(const event::Item& item) {
  switch (item.control.kind) {
    case event::ControlKind::hello:
      return take_hello(item.control);
    case event::ControlKind::snapshot:
      lost_until_.clear();  // a new picture: what was lost comes again
      return loader_.add(item.line_number, item.control);
    case event::ControlKind::schema:
      return loader_.add(item.line_number, item.control);
    default:
      return;
  }
}

void EventRun::take_hello(const event::Control& control) {
  finish_commit();
  loader_.hello(control.source, control.encoding);
  lost_until_.clear();
  if (!is_stream_position(control.from)) return;
  // Where nothing was to be applied a newer position was acknowledged than the target has stored.
  const auto& acked = end_.newest_ack();
  const bool by_us = acked && ack::same_source(acked->source, control.source);
  const bool covered = by_us && is_stream_position(acked->pos) && control.from <= acked->pos;
  const bool known = covered && !acked->stored.empty();
  const std::string wanted = known ? acked->stored : control.from;
  const std::string has = loader_.has_up_to();
  // a target that knows nothing of a source is new to it, unless we know better
  if (has >= wanted || (has.empty() && !known)) return;
  lost_since_ = has;
  lost_until_ = control.from;
}

// Not before the source goes on without a new picture.
void EventRun::require_no_gap() {
  if (lost_until_.empty()) return;
  const std::string what = "the target has lost what was acknowledged: it has " +
                           shown(lost_since_) + ", and the source goes on from " +
                           shown(lost_until_);
  if (!options_.accept_gap) {
    throw base::Error(base::ErrorKind::unavailable,
                      "could not go on: " + what,
                      "Take a new snapshot (walcat --snapshot always), or go on without what lies "
                      "between (--accept-gap).");
  }
  log::warning(what + "; going on from there (--accept-gap)");
  reporter_.tell_gap(lost_since_, std::exchange(lost_until_, {}));
}

void EventRun::on_checkpoint(const event::Control& control, std::uint64_t mark, bool eof) {
  if (is_stream_position(control.pos)) require_no_gap();
  newest_ = mark;
  if (!options_.atomic) loader_.mark();
  loader_.reached(control.pos);
  if (eof || checkpoint_due()) commit_checkpoint(eof);
}

void EventRun::on_quiet(bool woken) {
  if (committing_) return finish_commit();
  if (woken) return;
  if (!end_.tracked()) return commit();
  if (idle()) {
    commit();
    return idle_pace_.stored(steady_clock::now());
  }
  // the checkpoint that was passed over, before the few lines behind it
  report(loader_.commit_to_mark());
  delay_.all_is_durable();
  durable(newest_);
}

void EventRun::report(const std::vector<Receipt>& receipts) {
  for (const Receipt& receipt : receipts) reporter_.committed(receipt);
}

void EventRun::durable(std::uint64_t mark) {
  if (mark <= durable_) return;
  durable_ = mark;
  end_.stored(loader_.stored_checkpoint());
  end_.durable(mark, reporter_.rows_ok());
}

void EventRun::commit() {
  finish_commit();
  if (!loader_.moved()) return rejects_.settle(LineStore());
  report(loader_.commit());
  delay_.all_is_durable();
}

void EventRun::commit_checkpoint(bool eof) {
  finish_commit();
  const auto now = steady_clock::now();
  if (!eof && idle() && idle_pace_.left(now).count() > 0) {
    rejects_.settle(LineStore());
    return durable(newest_);
  }
  if (idle()) {
    idle_pace_.stored(now);
  } else {
    idle_pace_.applied(now);
  }
  if (!eof && loader_.pending_bytes() >= kBatchBytes && loader_.start_commit()) {
    sent_ = newest_;
    delay_.sent();
    committing_ = true;
    return;
  }
  commit();
  durable(newest_);
}

void EventRun::finish_commit() {
  if (!std::exchange(committing_, false)) return;
  const auto receipts = loader_.finish_commit();
  if (!receipts) return delay_.came_back();  // it is part of what commit() will commit
  report(*receipts);
  delay_.sent_is_durable();
  durable(sent_);
}

// What came behind the last checkpoint may be half of a transaction; the source sends it again.
// True when there was some.
bool EventRun::commit_marked() {
  finish_commit();
  const bool all = loader_.at_mark() || loader_.pending() == 0;
  const std::vector<Receipt> receipts = loader_.commit_marked();
  report(receipts);
  if (!receipts.empty()) delay_.all_is_durable();
  delay_.forget();
  if (!options_.atomic) durable(newest_);
  return !all;
}

// False when something that was read is forgotten.
bool EventRun::commit_untracked() {
  if (options_.atomic) {
    const bool nothing = loader_.pending() == 0;
    loader_.forget();
    return nothing;
  }
  const bool whole = !loader_.drop_half();
  commit();
  return whole;
}

bool EventRun::finish(pipe::Finish how, bool tracked) {
  bool all = true;
  if (how == pipe::Finish::whole) {
    commit();
    durable(newest_);
  } else if (tracked) {
    all = !commit_marked();
    if (!all) log::warning("what came behind the last checkpoint is forgotten");
  } else {
    all = commit_untracked();
  }
  reporter_.summary(end_.rejected());
  return all;
}

}  // namespace cdckit::pg_load
