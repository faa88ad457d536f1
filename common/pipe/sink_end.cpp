#include "common/pipe/sink_end.hpp"

#include "common/base/check.hpp"
#include "common/base/clock.hpp"
#include "common/base/error.hpp"
#include "common/base/text.hpp"
#include "common/io/file_descriptor.hpp"
#include "common/log/log.hpp"
#include "common/log/progress.hpp"

#include <algorithm>
#include <filesystem>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace cdckit::pipe {

using base::ExitCode;
using event::ControlKind;
using event::ItemKind;
using std::chrono::milliseconds;

namespace {

constexpr milliseconds kLook{1'000};  // while nothing comes

constexpr milliseconds kSettle{1'000};  // rejected lines that no checkpoint follows

// How much of a file was read; nothing of a pipe.
std::optional<double> part_read(int fd) {
  struct stat status{};
  if (::fstat(fd, &status) != 0 || !S_ISREG(status.st_mode) || status.st_size == 0)
    return std::nullopt;
  return static_cast<double>(::lseek(fd, 0, SEEK_CUR)) / static_cast<double>(status.st_size);
}

// 'kcat_cdc_rejected_rows_total' for kcat-cdc.
metrics::Counter& rejected_counter(cli::Context& context) {
  std::string name = context.tool() + "_rejected_rows_total";
  std::replace(name.begin(), name.end(), '-', '_');
  return context.metrics().counter(name, "Lines that were refused, durable in the --reject file.");
}

event::InputSettings settings_of(const cli::Context& context, const SinkSettings& settings) {
  event::InputSettings input = input_settings(context);
  input.fd = settings.input;
  return input;
}

std::string listed(const std::vector<std::string>& files) {
  std::string out;
  for (const std::string& file : files) out += (out.empty() ? "\"" : ", \"") + file + "\"";
  return out;
}

bool same_file(const std::string& left, const std::string& right) {
  std::error_code failure;
  return std::filesystem::weakly_canonical(left, failure) ==
             std::filesystem::weakly_canonical(right, failure) ||
         std::filesystem::equivalent(left, right, failure);
}

}  // namespace

event::InputSettings input_settings(const cli::Context& context) {
  event::InputSettings settings;
  settings.max_line = context.options().max_line;
  settings.tool = context.tool();
  settings.reject_path = context.options().reject;
  if (context.options().on_error == "skip") settings.on_error = event::OnError::skip;
  if (context.options().on_error == "reject") settings.on_error = event::OnError::reject;
  return settings;
}

SinkEnd::SinkEnd(cli::Context& context, SinkSettings settings, io::System& system)
    : context_(context),
      settings_(std::move(settings)),
      system_(system),
      input_(settings_of(context, settings_), system),
      rejects_{.counted = rejected_counter(context)},
      ack_(context.ack_path(), settings_.name, system) {}

ExitCode SinkEnd::run(Sink& sink) {
  while (step(sink)) {
  }
  const Finish finish = how();
  const bool nothing_left = sink.finish(finish, tracked());
  sync_rejects();
  acknowledge_cut_eof();
  if (context_.stop().stop_requested()) log::notice(stopped_text(nothing_left));
  return end_code(finish, nothing_left);
}

// False when nothing more is to be read.
bool SinkEnd::step(Sink& sink) {
  if (!keeps_reading()) return false;
  const event::Item* const buffered = input_.next_buffered();
  const event::Item& item = buffered != nullptr ? *buffered : wait_for_item(sink);
  if (log::own_progress().wanted()) tell_progress(item);
  switch (item.kind) {
    case ItemKind::event:
      ++read_;
      ++uncovered_;
      sink.on_event(item);
      break;
    case ItemKind::row:
      ++read_;
      ++uncovered_;
      sink.on_row(item);
      break;
    case ItemKind::control:
      on_control(sink, item);
      break;
    case ItemKind::timeout:
      sink.on_quiet(false);
      break;
    case ItemKind::interrupted:
      if (keeps_reading()) sink.on_quiet(true);
      break;
    case ItemKind::end:
      ended_ = true;
      break;
  }
  return !ended_ && !cut_;
}

// Of an event also how old it is, by two clocks.
void SinkEnd::tell_progress(const event::Item& item) {
  log::Sample sample{.rows = read_, .part = part_read(settings_.input)};
  if (item.kind == ItemKind::event) {
    const auto at = base::parse_signed(sources_.read(item.event).ts_us);
    if (at) sample.lag = milliseconds((base::unix_microseconds() - *at) / 1000);
  }
  log::own_progress().tell(sample);
}

void SinkEnd::sync_rejects() {
  input_.sync_rejects();
  rejects_.settled = system_.now();
  if (rejects_settled()) return;
  rejects_.counted.add(static_cast<double>(rejected() - rejects_.durable));
  rejects_.durable = rejected();
}

// Asked while nothing is to be read at once.
void SinkEnd::settle_rejects() {
  if (!rejects_settled() && system_.now() - rejects_.settled >= kSettle) sync_rejects();
}

std::string SinkEnd::stopped_text(bool nothing_left) const {
  std::string text = "stopped after " + std::to_string(read_) + " rows, ";
  text += nothing_left ? "all of them durable" : "not all of them durable";
  const auto& newest = newest_ack();
  if (ack_.enabled()) text += newest ? ", confirmed up to " + newest->pos : ", nothing confirmed";
  return text;
}

// Asked for every line: a file as stdin, or a full pipe, always has another one.
bool SinkEnd::keeps_reading() {
  if (!context_.stop().stop_requested()) return true;
  if (!tracked()) return false;
  const auto now = system_.now();
  if (!drain_until_) drain_until_ = now + settings_.drain_limit;
  // the source has said its last word: what follows belongs to another one
  return input_.whole() ? false : now < *drain_until_;
}

const event::Item& SinkEnd::wait_for_item(Sink& sink) {
  sink.on_reading();
  settle_rejects();
  const milliseconds patience = sink.patience();
  const auto now = system_.now();
  auto until = patience.count() < 0 ? io::System::Time::max() : now + patience;
  if (drain_until_) until = std::min(until, *drain_until_);
  const int stop = drain_until_ ? -1 : context_.stop().fd();
  for (auto at = now;; at = system_.now()) {
    const auto left = std::max(until, at) - at;
    const auto look = left < kLook ? std::chrono::ceil<milliseconds>(left) : kLook;
    const event::Item& item = input_.next(look, {stop, sink.wake_fd()});
    if (item.kind != ItemKind::timeout) return item;
    require_reader();
    settle_rejects();
    if (look < kLook || system_.now() >= until) return item;
  }
}

// A pipe on stdout says nothing of its own accord.
void SinkEnd::require_reader() const {
  if (!io::reader_is_gone(settings_.output)) return;
  throw base::Error(base::ErrorKind::output_closed,
                    "could not write \"stdout\": its reader is gone");
}

bool SinkEnd::more_is_there() const {
  return input_.has_buffered_line() ||
         system_.wait_readable({settings_.input}, milliseconds(0)) != 0;
}

void SinkEnd::on_control(Sink& sink, const event::Item& item) {
  switch (item.control.kind) {
    case ControlKind::hello:
      on_hello(sink, item);
      break;
    case ControlKind::checkpoint:
    case ControlKind::eof:
      on_border(sink, item.control);
      break;
    default:
      sink.on_control(item);
      break;
  }
}

// Another source may go on in the same pipe, but not in the middle of what the one before it has
// begun: that one sends it again.
void SinkEnd::on_hello(Sink& sink, const event::Item& item) {
  if (uncovered_ > 0 && !ack_.run().empty()) {
    log::warning("a new source began before the last one had finished: run both again to go on");
    cut_ = true;
    return;
  }
  context_.promise();
  ack_.hello(item.control);
  if (!settings_.passes_on) check_ack_file(item.control);
  sink.on_control(item);
}

std::uint64_t SinkEnd::number(const event::Control& control) {
  const std::uint64_t mark = ledger_.last() + 1;
  ledger_.add(mark, {.seq = control.seq, .run = control.run, .pos = control.pos});
  return mark;
}

// A source that was stopped inside of a transaction says so in its eof: what came behind the last
// checkpoint is covered by nothing.
void SinkEnd::on_border(Sink& sink, const event::Control& control) {
  const bool eof = control.kind == ControlKind::eof;
  cut_ = eof && uncovered_ > 0 && control.inside;
  const std::uint64_t mark = number(control);
  if (cut_) {
    log::warning(
        "the source was stopped inside of a transaction: what came behind the last checkpoint is "
        "forgotten, and sent again");
    if (settings_.passes_on) sink.on_checkpoint(control, mark, eof);
    return;
  }
  uncovered_ = 0;
  sink.on_checkpoint(control, mark, eof);
}

// Its source waits for it, and it covers no more than the checkpoint before it.
void SinkEnd::acknowledge_cut_eof() {
  if (cut_ && input_.whole() && ledger_.size() == 1) durable(ledger_.last(), rows_ok_);
}

void SinkEnd::durable(std::uint64_t mark, std::uint64_t rows_ok) {
  base::require_invariant(mark <= ledger_.last(), "what is durable was read before");
  const auto newest = ledger_.take(mark);
  if (!newest) return;
  rows_ok_ = std::max(rows_ok_, rows_ok);
  sync_rejects();
  // of a source that another one has followed nobody waits for it any more
  if (newest->run == ack_.run()) ack_.acknowledge(newest->seq, newest->pos, rows_ok_, rejected());
}

// Both ends must name one file: said at once, for the source would only wait.
void SinkEnd::check_ack_file(const event::Control& hello) const {
  if (!hello.ack) {
    if (!ack_.enabled())
      log::warning("the input has checkpoints, but without --ack nobody is told what is durable");
    return;
  }
  if (hello.ack->empty()) return;
  const std::string files = listed(*hello.ack);
  if (!ack_.enabled()) {
    log::warning("the source waits for acknowledgements in " + files +
                 ": without --ack nothing is ever confirmed to it");
    return;
  }
  const std::string mine = context_.ack_path();
  const bool known = std::any_of(hello.ack->begin(),
                                 hello.ack->end(),
                                 [&](const std::string& file) { return same_file(file, mine); });
  if (!known) {
    log::warning("the source waits for acknowledgements in " + files + ", not in \"" + mine +
                 "\" (--ack): nothing is ever confirmed to it");
  }
}

Finish SinkEnd::how() const {
  if (cut_ || (ended_ && !input_.whole())) return Finish::cut;
  return ended_ || (tracked() && input_.whole()) ? Finish::whole : Finish::stopped;
}

ExitCode SinkEnd::end_code(Finish how, bool nothing_left) const {
  const bool covered = !tracked() || (uncovered_ == 0 && ledger_.empty());
  if (how == Finish::cut || !nothing_left || !covered) return ExitCode::retry_later;
  return rejected() > 0 ? ExitCode::differences : ExitCode::done;
}

}  // namespace cdckit::pipe
