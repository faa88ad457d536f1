#include "tools/pg-load/rows/row_run.hpp"

#include "common/base/error.hpp"
#include "common/log/log.hpp"

#include <algorithm>

namespace cdckit::pg_load {

using pipe::Finish;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

RowRun::RowRun(const Options& options, cli::Context& context, Session& session)
    : options_(options),
      sync_(options.mode() == Mode::sync),
      end_(context, {.name = "postgresql:" + options.table}),
      rejects_(end_.input(), options.max_rejects),
      loader_(options, session, rejects_),
      reporter_(context) {}

base::ExitCode RowRun::run() {
  loader_.prepare();
  const base::ExitCode code = end_.run(*this);
  reporter_.summary(end_.rejected());
  return code;
}

milliseconds RowRun::patience() const {
  if (!in_batches() || loader_.pending_rows() == 0) return milliseconds(-1);
  const auto spent =
      std::chrono::duration_cast<milliseconds>(steady_clock::now() - loader_.started());
  return std::max(milliseconds(0), options_.batch_time - spent);
}

// A flood is not cut into batches by the clock: each merge would read the whole table again.
bool RowRun::due() const {
  if (!in_batches() || loader_.pending_rows() == 0) return false;
  if (loader_.pending_rows() >= static_cast<std::uint64_t>(options_.batch_rows)) return true;
  // Asking the clock for every row would cost more than encoding it.
  return loader_.pending_rows() % 256 == 0 && patience() == milliseconds(0) &&
         !end_.more_is_there();
}

void RowRun::reject(const event::Item& item, std::string_view reason) {
  rejects_.now({.line_number = item.line_number,
                .pos = item.event.pos,
                .reason = reason,
                .code = {},
                .text = item.text});
}

void RowRun::on_event(const event::Item& item) {
  reject(item, "a change event, not a row: it needs --mode events");
}

void RowRun::on_row(const event::Item& item) {
  if (saw_borders_ && !picture_open_)
    return reject(item, "a row outside of the snapshot's borders");
  loader_.add(item.line_number, {item.text, item.event.row_members});
  if (due()) commit(false);
}

void RowRun::on_quiet(bool /*woken*/) {
  if (in_batches()) commit(false);
}

void RowRun::on_control(const event::Item& item) {
  saw_control_ = true;
  if (sync_ && item.control.kind == event::ControlKind::snapshot) take_border(item.control);
}

void RowRun::on_checkpoint(const event::Control& control, std::uint64_t mark, bool /*eof*/) {
  saw_control_ = true;
  mark_ = mark;
  pos_ = control.pos;
  if (in_batches()) commit(false);
  acknowledge();
}

void RowRun::take_border(const event::Control& control) {
  saw_borders_ = true;
  pos_ = control.pos;
  if (control.phase == "begin") {
    if (picture_open_) log::warning("a snapshot was cut off: it is forgotten");
    loader_.forget();
    picture_open_ = true;
  } else if (picture_open_) {
    commit(true);
    picture_open_ = false;
  }
}

void RowRun::commit(bool picture) {
  if (!picture && loader_.pending_rows() == 0 && !loader_.must_truncate()) return;
  reporter_.committed(loader_.commit(pos_, picture));
}

// Everything read so far must be committed: rows that wait are not.
void RowRun::acknowledge() {
  if (mark_ > 0 && settled()) end_.durable(mark_, reporter_.rows_ok());
}

// A picture without a row is far more often a source that failed than an empty one: where control
// lines say that it is whole, or --allow-empty, it counts.
void RowRun::refuse_empty_picture() const {
  if (!sync_ || options_.allow_empty || saw_control_ || loader_.pending_rows() > 0 ||
      end_.rejected() > 0)
    return;
  throw base::Error(base::ErrorKind::data,
                    "could not take an empty input for a picture: every row of table \"" +
                        options_.table + "\" would be deleted",
                    "Use --allow-empty when that is meant.");
}

// A picture cannot be finished by a signal, and a source that is tracked sends the rest again.
void RowRun::commit_end(Finish how, bool tracked) {
  if (how == Finish::whole) {
    refuse_empty_picture();
    if (!sync_ || !saw_borders_) commit(sync_);
  } else if (how == Finish::stopped && !tracked && in_batches()) {
    commit(false);
  }
}

bool RowRun::finish(Finish how, bool tracked) {
  commit_end(how, tracked);
  const bool whole = settled();
  if (!whole) {
    log::warning("the input ended early: " + std::to_string(loader_.pending_rows()) +
                 " rows since the last checkpoint are forgotten");
    loader_.forget();
    picture_open_ = false;
  }
  if (const auto receipt = loader_.rejected_alone(pos_)) reporter_.committed(*receipt);
  rejects_.settle(LineStore());
  if (whole) acknowledge();
  return whole;
}

}  // namespace cdckit::pg_load
