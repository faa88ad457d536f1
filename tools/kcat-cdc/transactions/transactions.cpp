#include "tools/kcat-cdc/transactions/transactions.hpp"

#include "common/base/clock.hpp"
#include "common/base/error.hpp"
#include "common/log/log.hpp"
#include "tools/kcat-cdc/topics/topic_book.hpp"

#include <algorithm>
#include <utility>

namespace cdckit::kcat_cdc {

using base::Error;
using base::ErrorKind;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

namespace {

constexpr milliseconds kFullWait{20};
constexpr milliseconds kRetryPause{300};
constexpr milliseconds kReadSlice{5'000};
constexpr milliseconds kAbortLimit{3'000};
constexpr milliseconds kEndingLook{10};

std::size_t size_of(const kafka::Outgoing& record) {
  return (record.key ? record.key->size() : 0) + (record.value ? record.value->size() : 0);
}

Error taken_over(const std::string& id) {
  return Error(ErrorKind::unavailable,
               "could not go on with --transactional " + id + ": another process took it over",
               "Only the newest process of an ID goes on; is the same command still running?");
}

}  // namespace

Transactions::Transactions(kafka::Producer& producer,
                           Deliveries& deliveries,
                           const kafka::Settings& connection,
                           TransactionSettings settings,
                           signals::StopToken stop)
    : producer_(producer),
      deliveries_(deliveries),
      settings_(std::move(settings)),
      stop_(stop),
      transaction_(producer),
      store_(connection, settings_.position_topic, settings_.id, base::random_id()),
      cut_(settings_.limits),
      buffer_(settings_.replay_bytes),
      ending_{{}, false, ReplayBuffer(settings_.replay_bytes, buffer_.pool())} {}

void Transactions::start(TopicBook& topics) {
  store_.write_to(topics.open_positions(settings_.position_topic));
  Patience patience(steady_clock::now() + settings_.retry_for, stop_);
  stored_ = take_over(patience, false);
  reached_.started = true;
  if (!stored_) return;
  require_target(stored_->record, settings_.target, settings_.id);
  now_ = reached_.border = stored_->record.marks;
  // from now on the position says whose it is: an older process that comes back sees it
  begin();
  commit();
}

void Transactions::from_source(std::string_view source) {
  if (stored_) require_source(stored_->record, source, settings_.id);
  source_ = source;
}

PositionRecord Transactions::position() const {
  return {source_ ? *source_ : stored_ ? stored_->record.source : "", settings_.target, target()};
}

bool Transactions::before(const event::RowPosition& row) {
  if (!open()) return false;
  const event::RowPosition& last = reached_.last;
  const bool other = row.origin == event::Origin::snapshot || row.origin != last.origin ||
                     row.position.lsn != last.position.lsn;
  if (other) border();
  return end_if_due(false);
}

void Transactions::sent(const event::RowPosition& row) {
  now_.advance(row);
  reached_.last = row;
  reached_.at_border = false;
}

void Transactions::border() {
  if (reached_.at_border) return;
  reached_.at_border = true;
  reached_.border = now_;
  (ending_.marks ? ending_.next : buffer_).note_border();
}

bool Transactions::end_if_due(bool at_once) {
  if (at_once) finish_ending();
  if (!open() || ending_.marks) return false;
  const auto now = steady_clock::now();
  const bool due = reached_.at_border ? cut_.at_border(now) : cut_.inside(now);
  if (!due && !at_once) return false;
  if (!reached_.at_border && !at_once)
    log::info("a transaction of the source is long: readers see its first part before its end");
  begin_ending();
  if (at_once) finish_ending();
  return true;
}

std::optional<milliseconds> Transactions::left() const {
  if (!open()) return std::nullopt;
  if (ending_.marks || buffer_.unsent()) return kEndingLook;
  return cut_.left(steady_clock::now(), reached_.at_border);
}

void Transactions::begin() {
  reached_.begun = true;
  cut_.begin(steady_clock::now());
  transaction_.begin();
}

kafka::Enqueued Transactions::send(const kafka::Outgoing& record) {
  if (ending_.marks) {
    if (ending_.next.bytes() + size_of(record) <= settings_.waiting_bytes) {
      ending_.next.add(record);
      return kafka::Enqueued::done;
    }
    finish_ending();
  }
  try {
    if (!open()) begin();
    if (buffer_.unsent()) {
      if (buffer_.fits(record)) {
        buffer_.add(record);
        cut_.add(size_of(record));
        return kafka::Enqueued::done;
      }
      send_all_waiting();
    }
    const kafka::Enqueued result = offer(record);
    if (result != kafka::Enqueued::done) return result;
    buffer_.add(record);
  } catch (const Error& error) {
    buffer_.add(record);
    (void)recover(error);
  }
  cut_.add(size_of(record));
  return kafka::Enqueued::done;
}

// `done`, or what keeps the client from taking it for good.
kafka::Enqueued Transactions::offer(const kafka::Outgoing& record) {
  Patience patience(steady_clock::time_point::max(), stop_);
  for (;;) {
    const kafka::Enqueued result = producer_.enqueue(record);
    if (result != kafka::Enqueued::queue_full) return result;
    producer_.poll(kFullWait);
    deliveries_.check();
    if (patience.over())
      throw Error(ErrorKind::temporary, "could not send records: stopped while brokers were away");
  }
}

void Transactions::write_position() {
  (void)offer(store_.record(position()));
  ending_.has_position = true;
}

void Transactions::commit() {
  begin_ending();
  finish_ending();
}

// From here on what is sent belongs to the next one.
void Transactions::begin_ending() {
  settings_.before_commit();
  ending_.marks = now_;
  reached_.border = now_;
  reached_.at_border = true;
  try {
    send_all_waiting();
    write_position();
  } catch (const Error& error) {
    if (recover(error) == Outcome::was_committed) settled();
  }
}

void Transactions::finish_ending() {
  if (!ending_.marks) return;
  for (bool done = false; !done;) {
    const auto from = trouble_since_.value_or(steady_clock::now());
    Patience patience(from + settings_.retry_for, stop_);
    try {
      send_all_waiting();
      if (!ending_.has_position) write_position();
      transaction_.commit([&] { return patience.over(); });
      done = true;
    } catch (const Error& error) {
      done = recover(error) == Outcome::was_committed;
    }
  }
  settled();
}

void Transactions::settled() {
  stored_ = StoredPosition{position(), store_.run()};
  ending_.marks.reset();
  ending_.has_position = false;
  trouble_since_.reset();
  reached_.begun = false;
  buffer_.clear();
  std::swap(buffer_, ending_.next);
  settings_.after_commit();
  if (buffer_.size() == 0) return;
  try {
    resend();
    send_waiting();
  } catch (const Error& error) {
    (void)recover(error);
  }
}

void Transactions::serve(milliseconds wait) {
  try {
    producer_.poll(wait);
    deliveries_.check();
    if (!deliveries_.too_large().empty())
      throw Error(ErrorKind::temporary, "could not deliver a record: it is too large");
    send_waiting();
  } catch (const Error& error) {
    if (recover(error) == Outcome::was_committed) settled();
  }
  if (ending_.marks && producer_.outstanding() == 0) finish_ending();
}

// A fence that is older than the longest transaction can only be another process.
void Transactions::require_recoverable(const Error& error) const {
  deliveries_.check_for_good();  // says more than that the transaction has failed
  if (producer_.fenced()) {
    const bool may_be_time =
        open() && steady_clock::now() - cut_.began() >= producer_.transaction_timeout();
    if (!may_be_time) throw taken_over(settings_.id);
    return;
  }
  if (error.kind() != ErrorKind::temporary && deliveries_.too_large().empty()) throw Error(error);
}

void Transactions::require_own(const std::optional<StoredPosition>& stored) const {
  if (!stored || stored->run == store_.run()) return;
  if (!stored_ || stored->run != stored_->run) throw taken_over(settings_.id);
}

// Whatever ended the transaction, a new handle settles it: it was committed, or it never was and
// what it held is sent again.
Transactions::Outcome Transactions::recover(const Error& error) {
  require_recoverable(error);
  if (!buffer_.whole()) {
    throw Error(ErrorKind::temporary,
                std::string(error.what()) + "; the transaction is too large to be sent again",
                "Run it again: it goes on behind the last transaction that was committed.");
  }
  const auto now = steady_clock::now();
  const milliseconds given_up = std::min(settings_.retry_for, producer_.transaction_timeout());
  if (!trouble_since_) trouble_since_ = open() ? std::max(cut_.began(), now - given_up) : now;
  Patience patience(*trouble_since_ + settings_.retry_for, stop_);
  if (patience.over()) throw Error(error);
  if (deliveries_.too_large().empty())
    log::warning(std::string(error.what()) + "; what is not committed is sent again");
  return begin_anew(patience);
}

Transactions::Outcome Transactions::begin_anew(Patience& patience) {
  for (;;) {
    try {
      const auto stored = take_over(patience, true);
      require_own(stored);
      const event::Marks marks = stored ? stored->record.marks : event::Marks{};
      if (open() && marks == target() && marks != committed()) return Outcome::was_committed;
      if (marks != committed()) throw taken_over(settings_.id);
      drop_refused();
      if (open()) {
        resend();
        send_all_waiting();
      }
      return Outcome::sent_again;
    } catch (const Error& again) {
      if (!again.retryable() || !patience.pause(kRetryPause)) throw;
    }
  }
}

std::optional<StoredPosition> Transactions::take_over(Patience& patience, bool reopen) {
  for (;; reopen = true) {
    try {
      if (reopen) {
        producer_.reopen();
        deliveries_.forget_failure();
        // a newer process must not be put out by an older one that comes back; at its start this
        // is the newer one, whose ever the position is
        if (reached_.started)
          require_own(store_.read(std::min(patience.left(), kReadSlice), false));
      }
      transaction_.init([&] { return patience.over(); });
      return store_.read(std::min(std::max(patience.left(), milliseconds(500)), kReadSlice));
    } catch (const Error& error) {
      if (!error.retryable() || !patience.pause(kRetryPause)) throw;
      log::info(std::string("will try again: ") + error.what());
    }
  }
}

// A row that must not be left out ends the run, and nothing behind it is committed.
void Transactions::drop_refused() {
  for (const TooLarge& refused : deliveries_.take_too_large()) {
    try {
      settings_.refused(refused);
    } catch (...) {
      reached_.begun = false;
      throw;
    }
    buffer_.drop(refused.tag);
  }
}

void Transactions::reopen() {
  if (!reached_.started) return producer_.reopen();
  finish_ending();
  if (open() && !buffer_.whole()) commit();
  Patience patience(steady_clock::now() + settings_.retry_for, stop_);
  if (begin_anew(patience) == Outcome::was_committed) settled();
}

// Begins anew with what is kept; it is not sent yet.
void Transactions::resend() {
  ending_.has_position = false;
  begin();
  cut_.add(buffer_.bytes());
  buffer_.rewind();
}

// What the client takes at once.
void Transactions::send_waiting() {
  buffer_.send([&](const kafka::Outgoing& record) {
    return producer_.enqueue(record) != kafka::Enqueued::queue_full;
  });
}

void Transactions::send_all_waiting() {
  buffer_.send([&](const kafka::Outgoing& record) {
    (void)offer(record);
    return true;
  });
}

void Transactions::abandon() {
  if (!open()) return;
  Patience patience(steady_clock::now() + kAbortLimit, stop_);
  reached_.begun = false;
  try {
    transaction_.abort([&] { return patience.over(); });
  } catch (const Error& error) {
    log::info(std::string("the next run ends the transaction: ") + error.what());
  }
}

Transactions::Settled Transactions::settle() {
  finish_ending();
  if (!open()) return Settled::all;
  if (reached_.at_border) {
    commit();
    return Settled::all;
  }
  const bool whole = buffer_.whole();
  const bool has_border = whole && buffer_.has_border();
  abandon();
  if (!has_border) return whole ? Settled::to_border : Settled::nothing;
  buffer_.keep_to_border();
  now_ = reached_.border;
  reached_.at_border = true;
  settings_.left_out();
  resend();
  commit();
  return Settled::to_border;
}

}  // namespace cdckit::kcat_cdc
