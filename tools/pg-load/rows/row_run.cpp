#include "tools/pg-load/rows/row_run.hpp"

#include "common/io/file_descriptor.hpp"
#include "common/log/log.hpp"

#include <algorithm>

namespace cdckit::pg_load {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

RowRun::RowRun(const Options& options, cli::Context& context, Session& session)
    : options_(options),
      context_(context),
      sync_(options.mode() == Mode::sync),
      input_(context.input_settings()),
      rejects_(input_, options.max_rejects),
      loader_(options, session, rejects_),
      acknowledger_(context.ack_path(), "postgresql:" + options.table),
      reporter_(context) {}

base::ExitCode RowRun::run() {
  loader_.prepare();
  while (step()) {
  }
  if (interrupted_) return interrupted();
  finish();
  reporter_.summary(input_.rejected());
  return input_.end_code();
}

milliseconds RowRun::wait() const {
  if (sync_ || options_.atomic || loader_.pending_rows() == 0) return milliseconds(-1);
  const auto spent =
      std::chrono::duration_cast<milliseconds>(steady_clock::now() - loader_.started());
  return std::max(milliseconds(0), options_.batch_time - spent);
}

bool RowRun::due() const {
  if (sync_ || options_.atomic || loader_.pending_rows() == 0) return false;
  if (loader_.pending_rows() >= static_cast<std::uint64_t>(options_.batch_rows)) return true;
  // Asking the clock for every row would cost more than encoding it.
  return loader_.pending_rows() % 256 == 0 && wait() == milliseconds(0) && !more_is_there();
}

// A flood is not cut into batches by the clock: each merge would read the whole table again.
bool RowRun::more_is_there() const {
  return input_.has_buffered_line() ||
         io::wait_readable({context_.input_settings().fd}, milliseconds(0)) != 0;
}

bool RowRun::step() {
  const event::Item& item = input_.next(wait(), context_.stop().fd());
  switch (item.kind) {
    case event::ItemKind::row:
      take_row(item);
      break;
    case event::ItemKind::event:
      rejects_.now({.line_number = item.line_number,
                    .pos = item.event.pos,
                    .reason = "a change event, not a row: it needs --mode events",
                    .code = {},
                    .text = item.text});
      break;
    case event::ItemKind::control:
      take_control(item.control);
      break;
    case event::ItemKind::timeout:
      commit(false);
      break;
    case event::ItemKind::interrupted:
      interrupted_ = true;
      return false;
    case event::ItemKind::end:
      return false;
  }
  return true;
}

void RowRun::take_row(const event::Item& item) {
  if (saw_borders_ && !picture_open_) {
    rejects_.now({.line_number = item.line_number,
                  .pos = {},
                  .reason = "a row outside of the snapshot's borders",
                  .code = {},
                  .text = item.text});
    return;
  }
  loader_.add(item.line_number, {item.text, item.event.row_members});
  if (due()) commit(false);
}

void RowRun::take_control(const event::Control& control) {
  saw_control_ = true;
  switch (control.kind) {
    case event::ControlKind::hello:
      context_.promise();
      acknowledger_.hello(control);
      break;
    case event::ControlKind::snapshot:
      if (sync_) take_border(control);
      break;
    case event::ControlKind::checkpoint:
    case event::ControlKind::eof:
      acknowledger_.checkpoint(control);
      pos_ = control.pos;
      if (!sync_ && !options_.atomic) commit(false);
      acknowledge();
      break;
    default:
      break;
  }
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
  if (picture_open_ || loader_.pending_rows() > 0) return;
  acknowledger_.durable(reporter_.rows_ok(), input_.rejected());
}

// A picture without a row is far more often a source that failed than an empty one: where control
// lines say that it is whole, or --allow-empty, it counts.
void RowRun::refuse_empty_picture() const {
  if (!sync_ || options_.allow_empty || saw_control_ || loader_.pending_rows() > 0 ||
      input_.rejected() > 0)
    return;
  throw base::Error(base::ErrorKind::data,
                    "could not take an empty input for a picture: every row of table \"" +
                        options_.table + "\" would be deleted",
                    "Use --allow-empty when that is meant.");
}

void RowRun::finish() {
  const bool whole = input_.whole();
  refuse_empty_picture();
  if (sync_ && !saw_borders_ && whole) {
    commit(true);
  } else if (!sync_ && whole) {
    commit(false);
  }
  if (const auto receipt = loader_.rejected_alone(pos_)) reporter_.committed(*receipt);
  if (picture_open_ || loader_.pending_rows() > 0) {
    log::warning("the input ended early: " + std::to_string(loader_.pending_rows()) +
                 " rows since the last checkpoint are forgotten");
    loader_.forget();
    return;
  }
  rejects_.settle(LineStore());
  acknowledge();
}

base::ExitCode RowRun::interrupted() {
  // A picture cannot be finished, and a source that is tracked sends the rest again.
  const bool keep = !sync_ && !input_.tracked() && !options_.atomic;
  if (keep) commit(false);
  const bool lost = loader_.pending_rows() > 0 || picture_open_;
  loader_.forget();
  reporter_.summary(input_.rejected());
  if (lost || acknowledger_.pending()) return base::ExitCode::retry_later;
  return input_.rejected() > 0 ? base::ExitCode::differences : base::ExitCode::done;
}

}  // namespace cdckit::pg_load
