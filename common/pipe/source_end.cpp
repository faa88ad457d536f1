#include "common/pipe/source_end.hpp"

#include "common/base/clock.hpp"
#include "common/base/error.hpp"
#include "common/event/control.hpp"
#include "common/io/output_thread.hpp"
#include "common/log/progress.hpp"

#include <algorithm>
#include <filesystem>
#include <utility>

namespace cdckit::pipe {

using std::chrono::milliseconds;

namespace {

constexpr milliseconds kTick{250};  // far below any wal_sender_timeout that makes sense
constexpr std::size_t kMarkBytes = 64U << 10U;
constexpr milliseconds kEcho{1000};  // so soon after an acknowledgement

std::vector<std::string> absolute(const std::vector<std::string>& files) {
  std::vector<std::string> out;
  for (const std::string& file : files) {
    std::error_code failure;
    const auto path = std::filesystem::absolute(file, failure);
    out.push_back(failure ? file : path.lexically_normal().string());
  }
  return out;
}

}  // namespace

SourceEnd::SourceEnd(cli::Context& context,
                     SourceSettings settings,
                     std::unique_ptr<io::Output> output,
                     io::System& system)
    : context_(context),
      settings_(std::move(settings)),
      system_(system),
      acks_(settings_.ack_files, system),
      output_(std::move(output)),
      run_(base::random_id()) {
  acks_.claim();
  if (!output_) output_ = std::make_unique<io::OutputThread>(settings_.output, settings_.capacity);
}

// Handed over at once: it promises nothing, everything behind it does.
void SourceEnd::hello(std::string_view source_json,
                      std::string_view from,
                      std::string_view encoding) {
  positions_.begin(std::string(from));
  if (!settings_.control) return;
  event::Hello hello{.run = run_, .source_json = source_json, .from = from, .encoding = encoding};
  if (!settings_.ack_files.empty()) hello.ack = absolute(settings_.ack_files);
  event::append_hello(lines(), hello);
  lines() += '\n';
  submit();
}

void SourceEnd::reached(Position position) {
  const bool idle = settings_.proof == Proof::acks && positions_.untold_rows() == 0;
  if (idle && !positions_.untold() && position.text != positions_.told().text) {
    clock_.heard_echo(acked_.told > 0 && acked_.order >= acked_.told &&
                      system_.now() - acked_.since < kEcho);
  }
  positions_.reached(std::move(position));
  mark_written(positions_.newest().order);
}

void SourceEnd::hold(std::optional<Position> position) {
  positions_.hold(std::move(position));
  mark_written(positions_.newest().order);
}

// Marks stay few: one per 64 KiB of output, the newest of them counts.
void SourceEnd::mark_written(std::uint64_t order) {
  if (settings_.proof != Proof::written || order <= acked_.told) return;
  told(order);
  const auto bytes = total_bytes();
  if (marks_.size() > 1 && bytes - marks_[marks_.size() - 2].bytes < kMarkBytes) marks_.pop_back();
  marks_.push_back({bytes, order});
}

void SourceEnd::told(std::uint64_t order) {
  if (acked_.order >= acked_.told) acked_.since = system_.now();  // nothing waited until now
  acked_.told = std::max(acked_.told, order);
}

bool SourceEnd::has_unsent_position() const {
  if (!settings_.control || !positions_.untold()) return false;
  return positions_.untold_rows() > 0 ||
         clock_.idle_interval(positions_.moved()) <= CheckpointClock::kIdleInterval;
}

std::uint64_t SourceEnd::checkpoint(bool force) {
  if (!settings_.control || !positions_.untold()) return 0;
  const bool due =
      force ||
      clock_.due(system_.now(), total_bytes(), positions_.untold_rows(), positions_.moved());
  return due ? checkpoint_now() : 0;
}

std::uint64_t SourceEnd::checkpoint_now() {
  if (!settings_.control) return 0;
  const auto moved = positions_.moved();
  const std::uint64_t rows = positions_.tell();
  clock_.sent(system_.now(), total_bytes(), rows, moved);
  event::append_checkpoint(lines(), run_, ++seq_, positions_.told().text, rows);
  lines() += '\n';
  if (settings_.proof != Proof::acks) return seq_;
  orders_.add(seq_, positions_.told().order);
  told(positions_.told().order);
  return seq_;
}

bool SourceEnd::flush(milliseconds limit) {
  submit();
  return output_->wait_drained(limit);
}

void SourceEnd::submit() {
  const std::size_t bytes = lines().size();
  if (settings_.proof == Proof::acks && submitted_ > 0 && bytes > 0) context_.promise();
  submitted_ += bytes;
  if (log::own_progress().wanted()) log::own_progress().tell({.rows = positions_.printed()});
  output_->submit();
}

bool SourceEnd::wait_for_room(const Tick& tick) {
  while (output_->full()) {
    if (stopping()) return false;
    wait({}, kTick);
    (void)acknowledged();  // acks come in meanwhile
    tick();
    output_->submit();  // throws when stdout has failed
  }
  return true;
}

void SourceEnd::wait(std::initializer_list<int> fds, milliseconds limit) {
  const auto nth = [&](std::size_t n) { return n < fds.size() ? *(fds.begin() + n) : -1; };
  (void)system_.wait_readable(
      {nth(0), nth(1), nth(2), output_->wake_fd(), acks_.fd(), context_.stop().fd()}, limit);
  output_->clear_wake();
}

bool SourceEnd::pause(milliseconds duration) {
  const auto end = system_.now() + duration;
  for (;;) {
    if (stopping()) return true;
    if (output_->failed()) (void)output_->wait_drained(milliseconds(0));  // throws why
    (void)acknowledged();
    const auto left = std::chrono::ceil<milliseconds>(end - system_.now());
    if (left.count() <= 0) return false;
    wait({}, left);
  }
}

std::uint64_t SourceEnd::acknowledged() {
  if (settings_.proof == Proof::acks) look_at_acks();
  if (settings_.proof == Proof::written) look_at_output();
  return acked_.order;
}

void SourceEnd::look_at_acks() {
  const auto record = acks_.poll(run_, seq_);
  if (!record || record->seq <= acked_.seq) return;
  acked_.seq = record->seq;
  // what the file says is a number; what may be let go for it was noted when it was sent
  acked_.order = std::max(acked_.order, orders_.take(acked_.seq).value_or(0));
  acked_.since = system_.now();
}

void SourceEnd::look_at_output() {
  const auto done = submitted_ - output_->pending_bytes();
  const auto before = acked_.order;
  while (!marks_.empty() && marks_.front().bytes <= done) {
    acked_.order = std::max(acked_.order, marks_.front().order);
    marks_.pop_front();
  }
  if (acked_.order > before) acked_.since = system_.now();
  if (done == total_bytes()) acked_.seq = seq_;
}

milliseconds SourceEnd::last_ack_age() const {
  if (settings_.proof == Proof::none || acked_.order >= acked_.told) return {};
  return std::chrono::duration_cast<milliseconds>(system_.now() - acked_.since);
}

}  // namespace cdckit::pipe
