#include "tools/walcat/stream/delivery.hpp"

#include "common/base/clock.hpp"
#include "common/base/text.hpp"
#include "common/event/control.hpp"
#include "common/event/position.hpp"
#include "common/log/log.hpp"
#include "tools/walcat/stream/start_plan.hpp"

#include <algorithm>
#include <utility>

namespace cdckit::walcat {
namespace {

using Clock = std::chrono::steady_clock;
constexpr std::size_t kCapacity = 4U << 20U;
constexpr std::size_t kBatch = 128U << 10U;
constexpr std::chrono::milliseconds kTick{
    250};  // far below any wal_sender_timeout that makes sense
constexpr std::size_t kMarkBytes = 64U << 10U;

}  // namespace

Delivery::Delivery(DeliverySettings settings, cli::Context& context)
    : settings_(std::move(settings)),
      context_(context),
      acks_(settings_.ack_files),
      output_(settings_.output, kCapacity),
      run_(base::random_id()) {}

void Delivery::hello(const std::string& source,
                     const std::string& from,
                     const std::string& encoding) {
  if (!settings_.control) return;
  event::append_hello(lines(), run_, source, from, encoding);
  lines() += '\n';
}

void Delivery::reached(std::uint64_t lsn, std::string text) {
  if (hold_ && lsn > *hold_) {
    held_back_ = lsn;
    lsn = *hold_;
    text = base::hex16(lsn);
  }
  position_ = std::move(text);
  if (confirmed_ >= reached_) confirmed_at_ = Clock::now();  // nothing waited until now
  reached_ = std::max(reached_, lsn);
  if (settings_.proof == Proof::written && lsn != 0) mark_written(lsn);
}

// On an idle server no later position may come that would take the one held back along.
void Delivery::hold(std::optional<std::uint64_t> lsn) {
  hold_ = lsn;
  if (const auto held = std::exchange(held_back_, 0); held != 0) reached(held, base::hex16(held));
}

// Marks stay few: one per 64 KiB of output, the newest of them counts.
void Delivery::mark_written(std::uint64_t lsn) {
  const auto bytes = total_bytes();
  if (marks_.size() > 1 && bytes - marks_[marks_.size() - 2].bytes < kMarkBytes) marks_.pop_back();
  marks_.push_back({bytes, lsn});
}

void Delivery::checkpoint(bool force) {
  if (!has_unsent_position()) return;
  const auto now = Clock::now();
  if (!force && !clock_.due(now, total_bytes(), rows_ - sent_rows_)) return;
  clock_.sent(now, total_bytes());
  event::append_checkpoint(lines(), run_, ++seq_, position_, rows_ - sent_rows_);
  lines() += '\n';
  sent_ = position_;
  sent_rows_ = rows_;
}

void Delivery::submit(bool now) {
  if (!now && lines().size() < kBatch) return;
  submitted_ += lines().size();
  if (settings_.proof == Proof::acks && rows_ > 0) context_.promise();
  output_.submit();
}

bool Delivery::wait_for_room(const Tick& tick) {
  while (output_.full()) {
    if (stopping()) return false;
    wait(-1, kTick);
    (void)confirmable();  // acks come in meanwhile
    tick();
    output_.submit();  // throws when stdout has failed
  }
  return true;
}

void Delivery::wait(int socket, std::chrono::milliseconds limit) {
  (void)io::wait_readable({socket, output_.wake_fd(), acks_.fd(), context_.stop().fd()}, limit);
  output_.clear_wake();
}

void Delivery::pause(std::chrono::milliseconds limit) {
  (void)io::wait_readable({context_.stop().fd()}, limit);
}

std::uint64_t Delivery::confirmable() {
  const std::uint64_t lsn = proven();
  if (lsn > confirmed_) {
    confirmed_ = lsn;
    confirmed_at_ = Clock::now();
  }
  return lsn;
}

std::chrono::milliseconds Delivery::last_ack_age() const noexcept {
  if (settings_.proof == Proof::none || confirmed_ >= reached_) return {};
  return std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - confirmed_at_);
}

std::uint64_t Delivery::proven() {
  switch (settings_.proof) {
    case Proof::acks:
      return acknowledged();
    case Proof::written:
      return written();
    case Proof::none:
      return 0;
  }
  return 0;
}

std::uint64_t Delivery::acknowledged() {
  const auto record = acks_.poll(run_, seq_);
  if (!record || record->pos.starts_with(kSnapshotPrefix)) return 0;
  return event::parse_lsn(record->pos).value_or(0);
}

std::uint64_t Delivery::written() {
  if (marks_.empty()) return written_lsn_;
  const auto done = submitted_ - output_.pending_bytes();
  while (!marks_.empty() && marks_.front().bytes <= done) {
    written_lsn_ = std::max(written_lsn_, marks_.front().lsn);
    marks_.pop_front();
  }
  return written_lsn_;
}

bool Delivery::finish(const Tick& tick) {
  if (settings_.control) {
    event::append_eof(lines(), run_, ++seq_, position_);
    lines() += '\n';
  }
  submit(true);
  const auto deadline = Clock::now() + settings_.ack_timeout;
  while (!output_.wait_drained(std::chrono::milliseconds(200))) {
    tick();
    if (settings_.proof == Proof::acks && Clock::now() >= deadline) return false;
  }
  (void)written();
  output_.close();
  return settings_.proof != Proof::acks || wait_acknowledged(tick);
}

bool Delivery::wait_acknowledged(const Tick& tick) {
  const auto deadline = Clock::now() + settings_.ack_timeout;
  for (;;) {
    const auto record = acks_.poll(run_, seq_);
    if (record && record->seq == seq_) return true;
    if (Clock::now() >= deadline) return false;
    // stdout is closed and a stop was heard: only the ack files can change
    (void)io::wait_readable({acks_.fd()}, std::chrono::milliseconds(200));
    tick();
  }
}

}  // namespace cdckit::walcat
