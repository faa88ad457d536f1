// The half of the loop that runs with --transactional only.
#include "common/base/error.hpp"
#include "common/event/position.hpp"
#include "common/log/log.hpp"
#include "tools/kcat-cdc/produce/produce.hpp"
#include "tools/kcat-cdc/topics/topic_names.hpp"

namespace cdckit::kcat_cdc {

using base::Error;
using base::ErrorKind;
using std::chrono::milliseconds;

namespace {

std::optional<event::RowPosition> place_of(const event::Event& event) {
  const auto position = event::parse_position(event.pos);
  if (!position) return std::nullopt;
  return event::RowPosition{event.op == 'r' ? event::Origin::snapshot : event::Origin::stream,
                            *position};
}

}  // namespace

void ProduceLoop::prepare_transactions(const kafka::Settings& settings,
                                       milliseconds retry_for,
                                       signals::StopToken stop) {
  TransactionSettings wanted;
  wanted.id = options_.transactional_id;
  wanted.target = target_base(options_.topic_prefix, options_.topic);
  wanted.position_topic = options_.position_topic.empty()
                              ? position_topic_of(wanted.target, wanted.id)
                              : options_.position_topic;
  wanted.retry_for = retry_for;
  wanted.limits.longest = producer_.transaction_timeout() / 2;
  wanted.limits.age = std::min(wanted.limits.age, wanted.limits.longest);
  wanted.before_commit = [this] { before_commit(); };
  wanted.after_commit = [this] { committed(); };
  wanted.left_out = [this] {
    if (!end_.tracked()) deliveries_.log.keep_to_border();
  };
  wanted.refused = [this](const TooLarge& record) { reject(record); };
  router_.reserve(wanted.position_topic, "positions");
  transactions_ =
      std::make_unique<Transactions>(producer_, deliveries_, settings, std::move(wanted), stop);
  TopicPolicy policy;
  policy.create = !options_.no_create;
  policy.replication = static_cast<int>(options_.replication);
  policy.retry_for = retry_for;
  shapes_.go_apart(
      [settings, policy, stop] { return std::make_unique<PlainProducer>(settings, policy, stop); });
}

void ProduceLoop::take_transactional(const event::Item& item) {
  const auto place = place_of(item.event);
  if (!place)
    return bad_line(item, "the event has no position, by which --transactional knows it again");
  if (!transactions_->knows_source()) transactions_->from_source({});
  if (transactions_->covers(*place)) return report_.covered();
  transactions_->before(*place);
  // input without checkpoints has its receipts by transactions
  if (!end_.tracked() && transactions_->at_border()) deliveries_.log.note_border();
  if (!send_event(item)) return transactions_->skipped(*place);
  transactions_->sent(*place);
}

void ProduceLoop::on_hello(const event::Control& hello) {
  if (!transactions_) return;
  transactions_->from_source(hello.source);
  const auto& acked = end_.newest_ack();
  if (!acked || acked->stored.empty()) return;
  const auto before = event::Marks::parse(acked->stored);
  if (!before || before->stream() <= transactions_->committed().stream()) return;
  throw Error(ErrorKind::unavailable,
              "could not go on with --transactional " + options_.transactional_id +
                  ": its position is behind what was acknowledged",
              "The position topic was made anew or lost records; begin with a new ID and a new "
              "snapshot.");
}

// True when the record was written by an earlier run.
bool ProduceLoop::passes_border(std::string_view line, bool begin) {
  const event::RowPosition place{event::Origin::stream, {TransactionTopic::lsn_of(line), 0}};
  if (transactions_->covers(place)) {
    // the end of a transaction whose last rows this run has sent
    return begin || !transactions_->sent_of(place.position.lsn);
  }
  if (begin) transactions_->before(place);
  return false;
}

void ProduceLoop::end_quiet_transaction(bool woken) {
  // input without checkpoints says nowhere that a transaction of the source is over
  constexpr std::int64_t kSilence = 1'000'000;
  if (rounds_.quiet_us == 0) rounds_.quiet_us = rounds_.now_us;
  if (!end_.tracked() && rounds_.now_us - rounds_.quiet_us >= kSilence) transactions_->border();
  transactions_->end_if_due(false);
  // nothing comes in that could be read meanwhile
  if (!woken) transactions_->finish_ending();
}

void ProduceLoop::before_commit() {
  end_.sync_rejects();
  if (!end_.tracked()) deliveries_.log.close_at_time();
  deliveries_.log.begin_commit();
}

void ProduceLoop::committed() {
  deliveries_.log.end_commit();
  acknowledge();
}

void ProduceLoop::durable(std::uint64_t mark) {
  if (transactions_) end_.stored(transactions_->committed().token());
  end_.durable(mark, report_.rows_ok());
}

bool ProduceLoop::finish_transactions(pipe::Finish how) {
  using Settled = Transactions::Settled;
  if (how == pipe::Finish::whole) transactions_->border();
  const Settled settled = transactions_->settle();
  acknowledge();
  if (settled != Settled::all)
    log::info("what came behind the last whole transaction of the source is left out");
  return settled == Settled::all && deliveries_.log.empty();
}

}  // namespace cdckit::kcat_cdc
