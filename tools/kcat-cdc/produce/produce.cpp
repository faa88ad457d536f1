#include "tools/kcat-cdc/produce/produce.hpp"

#include "common/base/clock.hpp"
#include "common/base/error.hpp"
#include "common/base/text.hpp"
#include "common/event/schema.hpp"
#include "common/log/log.hpp"

#include <algorithm>

namespace cdckit::kcat_cdc {

using base::Error;
using base::ErrorKind;
using base::ExitCode;
using std::chrono::milliseconds;

namespace {

constexpr std::uint64_t kServeEvery = 256;         // records
constexpr std::int64_t kReceiptEvery = 1'000'000;  // microseconds, for input without checkpoints
constexpr milliseconds kBusyWait{100};
constexpr milliseconds kIdleWait{1'000};
constexpr milliseconds kFullWait{20};

TopicPolicy topic_policy(const ProduceOptions& options, milliseconds retry_for) {
  TopicPolicy policy;
  policy.create = !options.no_create;
  policy.partitions = static_cast<int>(options.partitions);
  policy.replication = static_cast<int>(options.replication);
  policy.config = wished_topic_config(options);
  policy.retry_for = retry_for;
  return policy;
}

std::string sink_name(const ProduceOptions& options) {
  return "kafka:" + (options.topic_prefix.empty() ? options.topic : options.topic_prefix);
}

kafka::Settings with_partitioner(kafka::Settings settings, const ProduceOptions& options) {
  if (!options.partitioner.empty()) settings.push_back({"partitioner", options.partitioner});
  return settings;
}

RecordCheck record_check(const kafka::Settings& settings) {
  constexpr std::uint64_t kClientLimit = 16U << 20U;  // what kafka::Producer sets
  const auto limit = base::parse_unsigned(kafka::find_setting(settings, "message.max.bytes"));
  const bool plain = kafka::find_setting(settings, "compression.type") == "none" ||
                     kafka::find_setting(settings, "compression.codec") == "none";
  return {limit.value_or(kClientLimit), !plain};
}

// How often topics are looked at for partitions that were added, in microseconds.
std::int64_t look_every(const kafka::Settings& settings) {
  constexpr std::int64_t kUsual = 60'000;
  const auto given =
      base::parse_signed(kafka::find_setting(settings, "topic.metadata.refresh.interval.ms"));
  return (given && *given > 0 ? std::min(*given, kUsual) : kUsual) * 1'000;
}

}  // namespace

ProduceLoop::ProduceLoop(const ProduceOptions& options,
                         const kafka::Settings& settings,
                         milliseconds retry_for,
                         cli::Context& context,
                         ProduceStreams streams,
                         SchemaIds* ids)
    : options_(options),
      end_(context, {.name = sink_name(options), .input = streams.input, .output = streams.output}),
      producer_(
          with_partitioner(settings, options), retry_for, deliveries_, options.transactional_id),
      router_(topic_pattern(options), options.routes),
      topics_(
          producer_,
          settings,
          topic_policy(options, retry_for),
          context.stop(),
          options.transactional_id.empty() ? std::function<void()>()
                                           : [this] { transactions_->reopen(); }),
      targets_(router_, topics_),
      records_(value_options(options), ids),
      check_(record_check(settings)),
      report_(streams.output, context.metrics()),
      shapes_(producer_, deliveries_, topics_) {
  rounds_.look_every_us = look_every(settings);
  readers_.partition = PartitionRule(options.partition_by, options.unavailable_value);
  if (!options.transaction_topic.empty())
    router_.reserve(options.transaction_topic, "the borders of transactions");
  if (!options.transactional_id.empty()) prepare_transactions(settings, retry_for, context.stop());
}

ExitCode ProduceLoop::run() {
  rounds_.now_us = rounds_.looked_us = base::unix_microseconds();
  if (transactions_) transactions_->start(topics_);
  try {
    return end_.run(*this);
  } catch (const Error& error) {
    if (error.kind() == ErrorKind::data) deliver_what_is_good();
    if (error.kind() == ErrorKind::temporary) topics_.explain(error);
    throw;
  }
}

milliseconds ProduceLoop::patience() const {
  if (transactions_) {
    const auto left = transactions_->left();
    return left ? std::min(*left, kIdleWait) : kIdleWait;
  }
  return !deliveries_.log.empty() || producer_.outstanding() > 0 ? kBusyWait : kIdleWait;
}

void ProduceLoop::on_quiet(bool woken) {
  producer_.clear_wake();
  serve(milliseconds(0));
  if (transactions_) end_quiet_transaction(woken);
}

void ProduceLoop::after_line() {
  rounds_.quiet_us = 0;
  if (++rounds_.since_served >= kServeEvery) serve(milliseconds(0));
}

void ProduceLoop::on_event(const event::Item& item) {
  if (options_.raw) {
    take_raw(item);
  } else if (transactions_) {
    take_transactional(item);
  } else {
    (void)send_event(item);
  }
  after_line();
}

void ProduceLoop::on_row(const event::Item& item) {
  if (options_.raw) {
    take_raw(item);
  } else {
    bad_line(item, "the line is no change event");
  }
  after_line();
}

bool ProduceLoop::send_event(const event::Item& item) {
  const event::Event& event = item.event;
  const auto index = targets_.of_event(event);
  if (!index) {
    bad_line(item, "the event's source names no schema and table");
    return false;
  }
  const Target& target = targets_[*index];
  kafka::Outgoing record;
  switch (records_.build(event, *index, target.topic, target.schema_hash, record)) {
    case Built::record:
      break;
    case Built::nothing:
      return true;
    case Built::bad:
      bad_line(item, records_.reason());
      return false;
  }
  record.topic = target.id;
  if (!place(event, record)) {
    bad_line(item, readers_.partition.reason());
    return false;
  }
  record.timestamp_ms = readers_.times.of(event);
  const std::int64_t now_ms = rounds_.now_us / 1'000;
  if (const auto refusal = check_.refuse(record, target.topic, target.facts, now_ms)) {
    bad_line(item, refusal->reason, refusal->code);
    return false;
  }
  if (target.facts.expires(record.timestamp_ms, now_ms)) topics_.keep_old(target.topic);
  Sent sent{
      *index, event.key.size() + record.value->size(), false, item.line_number, rounds_.now_us};
  sent.timestamp_ms = record.timestamp_ms;
  if (!send(record, sent)) {
    bad_line(item, "the record is larger than message.max.bytes", "MSG_SIZE_TOO_LARGE");
    return false;
  }
  deliveries_.log.note_position(event.pos);
  if (event.op == 'd' && record.key && !options_.no_tombstones) send_tombstone(record, sent);
  return true;
}

// By --partition-by; what has no row (a truncate, a message) goes where its key goes.
bool ProduceLoop::place(const event::Event& event, kafka::Outgoing& record) {
  if (readers_.partition.empty() || event.op == 't' || event.op == 'm') return true;
  const auto bytes = readers_.partition.bytes_of(event);
  if (bytes) record.partition = producer_.partition_for(record.topic, *bytes);
  return bytes.has_value();
}

// Goes where the line says, else to --topic.
void ProduceLoop::take_raw(const event::Item& item) {
  if (const char* reason = readers_.raw.read(item.text, item.event.row_members))
    return bad_line(item, reason);
  const std::string_view topic =
      readers_.raw.topic().empty() ? options_.topic : readers_.raw.topic();
  if (topic.empty()) return bad_line(item, "the line names no topic, and there is no --topic");
  const auto index = targets_.of_topic(topic);
  if (!index) return bad_line(item, "Kafka takes no topic of that name");
  const Target& target = targets_[*index];
  kafka::Outgoing record = readers_.raw.record();
  record.topic = target.id;
  const std::int64_t now_ms = rounds_.now_us / 1'000;
  if (const auto refusal = check_.refuse(record, target.topic, target.facts, now_ms))
    return bad_line(item, refusal->reason, refusal->code);
  if (target.facts.expires(record.timestamp_ms, now_ms)) topics_.keep_old(target.topic);
  const std::size_t bytes = record.key.value_or("").size() + record.value.value_or("").size();
  if (!send(record, {*index, bytes, !record.value, item.line_number, rounds_.now_us}))
    bad_line(item, "the topic has no such partition", "UNKNOWN_PARTITION");
}

void ProduceLoop::bad_line(const event::Item& item,
                           std::string_view reason,
                           std::string_view code) {
  end_.bad_line({item.line_number, item.event.pos, reason, code, item.text});
}

bool ProduceLoop::send(kafka::Outgoing record, const Sent& sent) {
  DeliveryLog& log = deliveries_.log;
  record.tag = log.next_tag(sent.line_number);
  log.sent(sent);
  kafka::Enqueued result = kafka::Enqueued::done;
  if (transactions_) {
    result = transactions_->send(record);
  } else {
    result = producer_.enqueue(record);
    for (; result == kafka::Enqueued::queue_full; result = producer_.enqueue(record))
      serve(kFullWait);
  }
  if (result == kafka::Enqueued::done) return true;
  log.unsent(sent);
  return false;
}

void ProduceLoop::send_tombstone(const kafka::Outgoing& record, Sent sent) {
  kafka::Outgoing tombstone = record;
  tombstone.value = std::nullopt;
  sent.bytes = record.key->size();
  sent.tombstone = true;
  sent.event = false;
  (void)send(tombstone, sent);  // smaller than the record before it
}

// Others are not for a destination, and nobody comes after us.
void ProduceLoop::on_control(const event::Item& item) {
  switch (item.control.kind) {
    case event::ControlKind::hello:
      return on_hello(item.control);
    case event::ControlKind::schema:
      return on_schema(item.control);
    case event::ControlKind::begin:
    case event::ControlKind::commit:
      return on_border(item);
    default:
      return;
  }
}

void ProduceLoop::on_checkpoint(const event::Control& control, std::uint64_t mark, bool eof) {
  deliveries_.log.close_at_checkpoint(mark, control.pos, rounds_.now_us);
  if (transactions_) {
    transactions_->border();
    transactions_->end_if_due(eof);
  }
  acknowledge();
}

// The shape of a table is in its topic before the first record that refers to it.
void ProduceLoop::on_schema(const event::Control& schema) {
  if (options_.raw) return;
  const std::size_t index = targets_.of_table(schema.schema, schema.table);
  Target& target = targets_[index];
  // a broken one must not reach the topic, nor one that the registry refuses; what came before is
  // confirmed then
  if (options_.format == "avro" && !transactions_) deliver_all();
  records_.follow(index, event::parse_schema_line(schema.line), target.topic);
  target.schema_hash = event::schema_hash(schema.line);
  shapes_.publish(target.topic, schema, target.schema_hash);
}

void ProduceLoop::on_border(const event::Item& item) {
  if (options_.transaction_topic.empty()) return;
  const bool begin = item.control.kind == event::ControlKind::begin;
  const auto record = readers_.borders.record_of(item.control.line, begin);
  if (!record || (transactions_ && passes_border(item.control.line, begin))) return;
  const auto index = targets_.of_topic(options_.transaction_topic);
  const Target& target = targets_[*index];
  kafka::Outgoing out = *record;
  out.topic = target.id;
  if (target.facts.expires(out.timestamp_ms, rounds_.now_us / 1'000))
    topics_.keep_old(target.topic);
  Sent sent{*index, out.value->size() + out.key->size(), false, item.line_number, rounds_.now_us};
  sent.event = false;
  (void)send(out, sent);
}

void ProduceLoop::serve(milliseconds wait) {
  rounds_.since_served = 0;
  if (transactions_) {
    transactions_->serve(wait);
  } else {
    producer_.poll(wait);
    deliveries_.check();
    for (const TooLarge& record : deliveries_.take_too_large()) reject(record);
  }
  rounds_.now_us = base::unix_microseconds();
  const Batch& current = deliveries_.log.current();
  if (!transactions_ && !end_.tracked() && current.records > 0 &&
      rounds_.now_us - current.started_us >= kReceiptEvery)
    deliveries_.log.close_at_time();
  look_around();
  acknowledge();
}

void ProduceLoop::look_around() {
  if (rounds_.now_us - rounds_.looked_us < rounds_.look_every_us) return;
  rounds_.looked_us = rounds_.now_us;
  topics_.look_for_growth();
}

// With smaller batches than the topic takes only the record itself can be at fault, unless the
// limit is not what it was.
void ProduceLoop::reject(const TooLarge& record) {
  const std::size_t target = targets_.index_of(record.topic);
  const auto known = targets_[target].facts.most_bytes;
  const auto limit = known ? known : topics_.limit_now(record.topic);
  if (!limit && record.bytes < producer_.batch_bytes()) {
    throw Error(
        ErrorKind::config,
        "could not deliver to topic \"" + record.topic +
            "\": it takes no batch so large, and the brokers do not say how large one may be",
        "Allow DESCRIBE_CONFIGS on the topic, or give a -X batch.size below its "
        "max.message.bytes.");
  }
  if (limit && record.bytes < *limit) {
    throw Error(ErrorKind::temporary,
                "could not deliver a record of " + std::to_string(record.bytes) +
                    " bytes: topic \"" + record.topic +
                    "\" takes less than when it was looked at (max.message.bytes " +
                    std::to_string(*limit) + ")",
                "Run it again: the limit is asked for at the start.");
  }
  const std::string reason = "the record has " + std::to_string(record.bytes) +
                             " bytes, more than topic \"" + record.topic + "\" takes" +
                             (limit ? " (max.message.bytes " + std::to_string(*limit) + ")" : "");
  deliveries_.log.refused(record.tag, target, record.bytes);
  end_.bad_line(
      {Tag::line_number(record.tag), record.pos, reason, "MSG_SIZE_TOO_LARGE", record.row});
}

void ProduceLoop::acknowledge() {
  DeliveryLog& log = deliveries_.log;
  for (const Batch* batch = log.complete(); batch != nullptr; batch = log.complete()) {
    report_.durable(*batch, targets_.names());
    if (batch->mark) durable(*batch->mark);
    log.pop();
  }
  report_.outstanding(producer_.outstanding());
}

void ProduceLoop::deliver_all() {
  while (producer_.outstanding() > 0) {
    producer_.flush(kBusyWait);
    serve(milliseconds(0));
  }
  serve(milliseconds(0));
}

// Records that no checkpoint covers are delivered too: they come again with the same position.
bool ProduceLoop::finish(pipe::Finish how, bool tracked) {
  if (transactions_) return finish_transactions(how);
  if (!tracked) deliveries_.log.close_at_time();
  deliver_all();
  const bool all = deliveries_.log.empty();
  if (!all) log::info("the last records are delivered, but no checkpoint covers them");
  return all;
}

// A bad line ends the run, but not what came before it.
void ProduceLoop::deliver_what_is_good() {
  try {
    if (!end_.tracked() && !transactions_) deliveries_.log.close_at_time();
    if (transactions_) {
      (void)finish_transactions(pipe::Finish::cut);
    } else {
      deliver_all();
    }
  } catch (const Error& error) {
    log::warning(std::string("lines before it are not all delivered: ") + error.what());
  }
}

}  // namespace cdckit::kcat_cdc
