#include "tools/walcat/stream/streaming.hpp"

#include "common/base/error.hpp"
#include "common/base/text.hpp"
#include "common/io/file_descriptor.hpp"

#include <algorithm>
#include <thread>

namespace cdckit::walcat {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr std::size_t kBatch = 128U << 10U;
constexpr std::size_t kUnattended = 1U << 20U;
constexpr milliseconds kIdleWait{1000};
constexpr milliseconds kPendingWait{20};  // while a checkpoint or a written position is pending
constexpr milliseconds kQuestionInterval{100};
constexpr milliseconds kConfirmInterval{100};
constexpr milliseconds kUnfinishedWait{5};  // a worker does not wake the loop
constexpr milliseconds kFrozenWait{2};
constexpr milliseconds kStoppedWait{20};
// How long a stop waits for the commit of what was begun.
constexpr std::chrono::seconds kBorderWait{1};

}  // namespace

Streaming::Streaming(StreamLimits limits,
                     pg::MessageStream& stream,
                     Changes& changes,
                     Delivery& delivery)
    : limits_(std::move(limits)),
      stream_(stream),
      changes_(changes),
      delivery_(delivery),
      streamed_(changes, limits_.spool_folder),
      pace_(stream.link()),
      position_(changes.last_end()) {}

void Streaming::run() {
  pg::StreamMessage message;
  for (;;) {
    bool go_on = true;
    if (limits_.frozen && limits_.frozen() && !wait_frozen()) return;
    switch (stream_.next(message)) {
      case pg::StreamStatus::data:
        go_on = take(message);
        break;
      case pg::StreamStatus::keepalive:
        go_on = take_keepalive(message);
        break;
      case pg::StreamStatus::nothing:
        go_on = idle();
        break;
      case pg::StreamStatus::end:
        throw base::Error(base::ErrorKind::temporary,
                          "could not read the replication stream: the server ended it");
    }
    if (!go_on) return;
  }
}

bool Streaming::past_end(std::uint64_t lsn) const {
  if (!limits_.until_lsn || lsn < *limits_.until_lsn) return false;
  return !limits_.unfinished || !limits_.unfinished();
}

// Whoever was promised that all comes up to a commit border would take half a transaction for a
// whole one.
bool Streaming::end_is_due() {
  const auto now = Clock::now();
  const bool stop = delivery_.stopping();
  if (!stop && !(limits_.deadline && now >= *limits_.deadline)) return false;
  if (!delivery_.control() || !changes_.printed_in_transaction()) return true;
  if (!stop) return false;
  if (!stop_seen_) stop_seen_ = now;
  return now - *stop_seen_ >= kBorderWait;
}

// False when the end came while stdout took nothing.
bool Streaming::make_room() {
  const auto tick = [this] { keep_alive(); };
  while (!delivery_.wait_for_room(tick)) {
    if (end_is_due()) return false;
    std::this_thread::sleep_for(kStoppedWait);
    keep_alive();
  }
  return !end_is_due();
}

bool Streaming::wait_frozen() {
  while (limits_.frozen()) {
    delivery_.submit(true);
    keep_alive();
    if (!make_room()) return false;
    (void)io::wait_readable({}, kFrozenWait);
  }
  return true;
}

bool Streaming::take(const pg::StreamMessage& message) {
  pace_.received(message.data.size());
  unattended_ += message.data.size();
  if (streamed_.in_block() && !message.data.starts_with('E')) {
    streamed_.keep(message.start, message.data);
  } else {
    const Message& decoded = decoder_.decode(message.data);
    if (decoded.kind == 'B' && past_end(decoded.lsn)) return false;
    if (decoded.kind == 'S' || decoded.kind == 'E' || decoded.kind == 'A') {
      streamed_.control(decoded);
    } else if (decoded.kind == 'c') {
      if (!take_streamed_commit(decoded)) return false;
    } else {
      changes_.apply(decoded, message.start, delivery_.lines());
    }
    if (decoded.kind == 'C' || decoded.kind == 'c') {
      after_commit(decoded.end_lsn);
      if (past_end(decoded.end_lsn)) return false;
    }
    if (changes_.limit_reached()) return false;
  }
  const bool enough = delivery_.lines().size() >= kBatch || unattended_ >= kUnattended;
  return !enough || between_batches();
}

bool Streaming::take_streamed_commit(const Message& message) {
  if (past_end(message.lsn)) return false;
  return streamed_.commit(message, delivery_.lines(), [this] {
    if (changes_.limit_reached()) return false;
    return delivery_.lines().size() < kBatch || between_batches();
  });
}

void Streaming::after_commit(std::uint64_t end) {
  position_ = end;
  stream_.received(position_);
  delivery_.set_rows(changes_.lines());
  delivery_.reached(position_, base::hex16(position_));
  delivery_.checkpoint();
}

// Between transactions a keepalive proves that nothing of ours lies before its position: an idle
// slot moves on with it, like with any other checkpoint.
bool Streaming::take_keepalive(const pg::StreamMessage& message) {
  if (changes_.in_transaction() || streamed_.in_block()) return true;
  stream_.received(message.wal_end);
  changes_.passed(message.wal_end);
  if (message.wal_end > position_) {
    position_ = message.wal_end;
    delivery_.reached(position_, base::hex16(position_));
  }
  if (message.reply_requested) stream_.send_status(false);
  return !past_end(message.wal_end);
}

bool Streaming::idle() {
  if (pace_.is_busy(Clock::now())) return pause();
  if (!changes_.in_transaction()) delivery_.checkpoint();
  delivery_.submit(true);
  keep_alive();
  if (!make_room()) return false;
  ask_for_position();
  if (delivery_.stopping()) {  // its descriptor stays readable
    (void)io::wait_readable({stream_.socket()}, kStoppedWait);
  } else {
    delivery_.wait(stream_.socket(), idle_wait());
  }
  return true;
}

// The server is in the middle of sending much: take the next pieces together. Lines of a
// transaction that is not yet whole wait for company.
bool Streaming::pause() {
  if (pace_.is_short()) {
    delivery_.pause(pace_.pause());
    return !end_is_due();
  }
  if (!changes_.in_transaction()) delivery_.checkpoint();
  delivery_.submit(!changes_.in_transaction());
  keep_alive();
  if (!make_room()) return false;
  delivery_.pause(pace_.pause());
  return true;
}

bool Streaming::between_batches() {
  unattended_ = 0;
  delivery_.submit(true);
  keep_alive();
  return make_room();
}

void Streaming::keep_alive() {
  if (limits_.on_tick) limits_.on_tick(streamed_.spooled_bytes());
  stream_.confirm(delivery_.confirmable());
  stream_.send_status_if_due(stream_.has_news() ? kConfirmInterval : limits_.status_interval);
}

// With an end to reach, the server is asked how far it is: its next keepalive may be half a minute
// away.
void Streaming::ask_for_position() {
  if (!limits_.until_lsn || Clock::now() - last_question_ < kQuestionInterval) return;
  last_question_ = Clock::now();
  stream_.send_status(true);
}

milliseconds Streaming::idle_wait() const {
  auto wait = std::min(kIdleWait, limits_.status_interval);
  if (limits_.until_lsn) wait = std::min(wait, kQuestionInterval);
  if (limits_.unfinished && limits_.unfinished()) wait = std::min(wait, kUnfinishedWait);
  if (stream_.has_news()) wait = std::min(wait, kConfirmInterval);
  if (delivery_.has_unsent_position()) wait = std::min(wait, kPendingWait);
  if (limits_.deadline) {
    const auto left = std::chrono::ceil<milliseconds>(*limits_.deadline - Clock::now());
    wait = std::clamp(left, milliseconds(0), wait);
  }
  return wait;
}

}  // namespace cdckit::walcat
