// Exactly once: the rows of the input in Kafka transactions that hold the position reached, too.
// Takes the transactional id over, reads where the last run came to, ends transactions at borders
// of the source, and begins one anew when brokers or time ended it.
//
// While the brokers take in what is left of a transaction that ends, rows behind it are kept, and
// sent once it is committed, as fast as the client takes them: the input is read on meanwhile.
//
// One thread, the loop's. The producer, the deliveries and the topic book must outlive it. Throws
// unavailable when another process took the id over or the position is another pipeline's,
// temporary when the brokers were away for too long or a stop was requested meanwhile.
#pragma once

#include "common/kafka/transaction.hpp"
#include "common/signals/stop.hpp"
#include "tools/kcat-cdc/delivery/deliveries.hpp"
#include "tools/kcat-cdc/transactions/patience.hpp"
#include "tools/kcat-cdc/transactions/position_store.hpp"
#include "tools/kcat-cdc/transactions/replay_buffer.hpp"
#include "tools/kcat-cdc/transactions/transaction_cut.hpp"

#include <chrono>
#include <functional>
#include <optional>
#include <string>

namespace cdckit::kcat_cdc {

class TopicBook;

struct TransactionSettings {
  std::string id;
  std::string position_topic;
  std::string target;
  std::chrono::milliseconds retry_for{60'000};
  CutLimits limits;
  std::size_t replay_bytes = 64U << 20U;
  // Of rows that wait while a transaction ends.
  std::size_t waiting_bytes = 16U << 20U;
  // All rows so far are to be committed: what must be durable before is made so. Then once they
  // are, and before the next are sent.
  std::function<void()> before_commit = [] {};
  std::function<void()> after_commit = [] {};
  // What came behind the last border was taken back.
  std::function<void()> left_out = [] {};
  // A record that was too large for the brokers; what it throws ends the run before anything more
  // is committed.
  std::function<void(const TooLarge&)> refused = [](const TooLarge&) {};
};

class Transactions {
 public:
  Transactions(kafka::Producer& producer,
               Deliveries& deliveries,
               const kafka::Settings& connection,
               TransactionSettings settings,
               signals::StopToken stop);

  // Before anything is read from the input.
  void start(TopicBook& topics);
  // What `hello` says; empty when rows come without one. Once for each, before its rows.
  void from_source(std::string_view source);
  [[nodiscard]] bool knows_source() const noexcept { return source_.has_value(); }

  // True when the row is in the topics already.
  [[nodiscard]] bool covers(const event::RowPosition& row) const noexcept {
    return now_.cover(row);
  }
  // Before the records of a row: ends the transaction where it is due. True when it does.
  bool before(const event::RowPosition& row);
  // `done`, or what keeps the client from taking it for good.
  kafka::Enqueued send(const kafka::Outgoing& record);
  // All records of the row were sent.
  void sent(const event::RowPosition& row);
  // None were: the line was a bad one.
  void skipped(const event::RowPosition& row) { now_.advance(row); }
  // Rows of this transaction of the source were sent by this run.
  [[nodiscard]] bool sent_of(std::uint64_t lsn) const noexcept {
    return reached_.last.position.lsn == lsn;
  }
  // What was sent so far belongs to whole transactions of the source.
  void border();
  // True when it ends the transaction: it was due. `at_once`: due or not, and it is committed then.
  bool end_if_due(bool at_once);
  // A transaction that ends is committed when this returns.
  void finish_ending();
  // Hears of the brokers; throws or begins anew what they ended.
  void serve(std::chrono::milliseconds wait);
  // Leaves what came behind the last border and commits what is before it, if there is something.
  enum class Settled { all, to_border, nothing };
  Settled settle();
  // After a setting of the producer was changed: begins with it, and sends again what is not
  // committed.
  void reopen();
  // Leaves everything.
  void abandon();
  [[nodiscard]] bool open() const noexcept { return reached_.begun; }
  [[nodiscard]] bool at_border() const noexcept { return reached_.at_border; }
  // How long end_if_due() may wait; nothing while none is open.
  [[nodiscard]] std::optional<std::chrono::milliseconds> left() const;
  // The position that is committed.
  [[nodiscard]] event::Marks committed() const {
    return stored_ ? stored_->record.marks : event::Marks{};
  }

 private:
  // How far rows are sent, and how far they are sent that belong to whole transactions.
  struct Reached {
    event::RowPosition last;
    event::Marks border;
    bool at_border = true;
    bool started = false;
    bool begun = false;  // a transaction is open, or would be if the brokers had not ended it
  };

  // The transaction that ends, while rows of the next come in.
  struct Ending {
    std::optional<event::Marks> marks;  // what it reaches; nothing: none ends
    bool has_position = false;
    ReplayBuffer next;  // not sent yet
  };

  enum class Outcome { sent_again, was_committed };

  void begin();
  void commit();
  void begin_ending();
  void write_position();
  kafka::Enqueued offer(const kafka::Outgoing& record);
  Outcome recover(const base::Error& error);
  Outcome begin_anew(Patience& patience);
  std::optional<StoredPosition> take_over(Patience& patience, bool reopen);
  void require_recoverable(const base::Error& error) const;
  void require_own(const std::optional<StoredPosition>& stored) const;
  void drop_refused();
  void resend();
  void send_waiting();
  void send_all_waiting();
  void settled();
  [[nodiscard]] PositionRecord position() const;
  [[nodiscard]] const event::Marks& target() const { return ending_.marks ? *ending_.marks : now_; }

  kafka::Producer& producer_;
  Deliveries& deliveries_;
  TransactionSettings settings_;
  signals::StopToken stop_;
  kafka::Transaction transaction_;
  PositionStore store_;
  std::optional<std::string> source_;
  std::optional<StoredPosition> stored_;  // as last read or written
  event::Marks now_;
  Reached reached_;
  TransactionCut cut_;
  ReplayBuffer buffer_;
  Ending ending_;
  std::optional<std::chrono::steady_clock::time_point> trouble_since_;
};

}  // namespace cdckit::kcat_cdc
