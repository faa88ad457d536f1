#include "tools/kcat-cdc/produce.hpp"

#include "common/base/clock.hpp"
#include "common/base/error.hpp"
#include "common/event/schema.hpp"
#include "common/log/log.hpp"
#include "tools/kcat-cdc/line_builder.hpp"
#include "tools/kcat-cdc/topic_names.hpp"

#include <limits>

namespace cdckit::kcat_cdc {

using base::Error;
using base::ExitCode;
using std::chrono::milliseconds;

namespace {

constexpr std::uint64_t kServeEvery = 256;         // records
constexpr std::int64_t kReceiptEvery = 1'000'000;  // microseconds, for input without checkpoints
constexpr milliseconds kBusyWait{100};
constexpr milliseconds kIdleWait{1'000};
constexpr milliseconds kFullWait{20};
constexpr std::uint64_t kSchemaTag = std::numeric_limits<std::uint64_t>::max();

TopicPolicy topic_policy(const Options& options) {
  TopicPolicy policy;
  policy.create = !options.produce.no_create;
  policy.partitions = static_cast<int>(options.produce.partitions);
  policy.replication = static_cast<int>(options.produce.replication);
  policy.config = parse_topic_config(options.produce.topic_config);
  policy.retry_for = options.connection.retry_for;
  return policy;
}

std::string sink_name(const ProduceOptions& options) {
  return "kafka:" + (options.topic_prefix.empty() ? options.topic : options.topic_prefix);
}

// The line that a record was made of, near enough for a reject file.
std::string line_of(const kafka::FailedDelivery& delivery, std::string_view pos) {
  std::string value(delivery.value);
  if (!value.starts_with('{') || pos.empty()) return value;
  const std::string key = delivery.key.empty() ? "null" : std::string(delivery.key);
  return "{\"pos\":\"" + std::string(pos) + "\",\"key\":" + key + "," + value.substr(1);
}

}  // namespace

ProduceLoop::ProduceLoop(const Options& options,
                         const kafka::Settings& settings,
                         cli::Context& context,
                         ProduceStreams streams)
    : options_(options.produce),
      end_(context,
           {.name = sink_name(options.produce),
            .input = streams.input,
            .any_line = options.produce.raw}),
      output_(streams.output, ndjson::Writer::Flush::every_line),
      producer_(settings, options.connection.retry_for, *this),
      router_(topic_pattern(options.produce), options.produce.routes),
      topics_(producer_, settings, topic_policy(options), context.stop()),
      targets_(router_, topics_),
      records_metric_(
          context.metrics().counter("kcat_cdc_records_total", "Records that were delivered.")),
      bytes_metric_(context.metrics().counter("kcat_cdc_bytes_total",
                                              "Bytes of keys and values that were delivered.")),
      tombstones_metric_(context.metrics().counter("kcat_cdc_tombstones_total",
                                                   "Tombstones that were delivered.")),
      outstanding_metric_(
          context.metrics().gauge("kcat_cdc_outstanding_records", "Records on their way.")) {}

ExitCode ProduceLoop::run() {
  now_us_ = base::unix_microseconds();
  return end_.run(*this);
}

milliseconds ProduceLoop::patience() const {
  return !log_.empty() || producer_.outstanding() > 0 ? kBusyWait : kIdleWait;
}

void ProduceLoop::on_quiet(bool /*woken*/) {
  producer_.clear_wake();
  serve(milliseconds(0));
}

void ProduceLoop::after_line() {
  if (++since_served_ >= kServeEvery) serve(milliseconds(0));
}

void ProduceLoop::on_event(const event::Item& item) {
  take_event(item);
  after_line();
}

void ProduceLoop::on_row(const event::Item& item) {
  take_row(item);
  after_line();
}

void ProduceLoop::take_event(const event::Item& item) {
  const event::Event& event = item.event;
  const auto index = targets_.of_event(event);
  if (!index) return bad_line(item, "the event's source names no schema and table", nullptr);
  const Target& target = targets_[*index];
  kafka::Outgoing record = records_.record_of(event, target.schema_hash);
  record.topic = target.id;
  const Sent sent{
      *index, event.key.size() + record.value->size(), false, item.line_number, now_us_};
  if (!send(record, sent))
    return bad_line(item, "the record is larger than message.max.bytes", "MSG_SIZE_TOO_LARGE");
  log_.note_position(event.pos);
  if (event.op == 'd' && record.key && !options_.no_tombstones) send_tombstone(record, sent);
}

void ProduceLoop::take_row(const event::Item& item) {
  if (!options_.raw)
    return bad_line(item, "the line is no change event (plain rows need --raw)", nullptr);
  const std::size_t index = targets_.of_table({}, {});
  kafka::Outgoing record;
  record.topic = targets_[index].id;
  record.value = item.text;
  const Sent sent{index, item.text.size(), false, item.line_number, now_us_};
  if (!send(record, sent))
    bad_line(item, "the line is larger than message.max.bytes", "MSG_SIZE_TOO_LARGE");
}

void ProduceLoop::bad_line(const event::Item& item, const char* reason, const char* code) {
  end_.bad_line({item.line_number,
                 item.event.pos,
                 reason,
                 code == nullptr ? std::string_view{} : code,
                 item.text});
}

bool ProduceLoop::send(kafka::Outgoing record, const Sent& sent) {
  record.tag = log_.next_tag(sent.line_number);
  for (;;) {
    const kafka::Enqueued result = producer_.enqueue(record);
    if (result == kafka::Enqueued::too_large) return false;
    if (result == kafka::Enqueued::done) break;
    serve(kFullWait);
  }
  log_.sent(sent);
  return true;
}

void ProduceLoop::send_tombstone(const kafka::Outgoing& record, Sent sent) {
  kafka::Outgoing tombstone = record;
  tombstone.value = std::nullopt;
  sent.bytes = record.key->size();
  sent.tombstone = true;
  (void)send(tombstone, sent);  // smaller than the record before it
}

// Others are not for a destination, and nobody comes after us.
void ProduceLoop::on_control(const event::Item& item) {
  if (item.control.kind == event::ControlKind::schema && !options_.raw) on_schema(item.control);
}

void ProduceLoop::on_checkpoint(const event::Control& control, std::uint64_t mark, bool /*eof*/) {
  log_.close_at_checkpoint(mark, control.pos, now_us_);
  acknowledge();
}

// The shape of a table is in its topic before the first record that refers to it.
void ProduceLoop::on_schema(const event::Control& schema) {
  Target& target = targets_[targets_.of_table(schema.schema, schema.table)];
  (void)event::parse_schema_line(schema.line);  // a broken one must not reach the topic
  target.schema_hash = event::schema_hash(schema.line);
  if (!published_.insert(target.schema_hash).second) return;
  kafka::Outgoing record;
  record.topic = topics_.open_compacted(schema_topic_of(target.topic));
  record.key = target.schema_hash;
  record.value = schema.line;
  record.tag = kSchemaTag;
  schema_on_its_way_ = true;
  while (producer_.enqueue(record) == kafka::Enqueued::queue_full) serve(kFullWait);
  while (schema_on_its_way_) {
    producer_.flush(kFullWait);
    serve(milliseconds(0));
  }
}

void ProduceLoop::delivered(std::uint64_t tag) {
  if (tag == kSchemaTag) {
    schema_on_its_way_ = false;
  } else {
    log_.settled(tag);
  }
}

// Runs inside a C library's callback: keeps what happened, decides nothing.
void ProduceLoop::failed(const kafka::FailedDelivery& delivery) {
  if (!delivery.too_large || delivery.tag == kSchemaTag) {
    if (!failure_) failure_ = delivery.error;
    return;
  }
  std::string_view pos;
  for (const kafka::Header& header : delivery.headers) {
    if (header.name == kPosHeader) pos = header.value;
  }
  too_large_.push_back({delivery.tag, std::string(pos), line_of(delivery, pos)});
}

void ProduceLoop::serve(milliseconds wait) {
  since_served_ = 0;
  producer_.poll(wait);
  if (failure_) throw Error(*failure_);
  if (!too_large_.empty()) settle_too_large();
  now_us_ = base::unix_microseconds();
  const Batch& current = log_.current();
  if (!end_.tracked() && current.records > 0 && now_us_ - current.started_us >= kReceiptEvery)
    log_.close_at_time();
  acknowledge();
}

void ProduceLoop::settle_too_large() {
  for (const TooLarge& record : too_large_) {
    end_.bad_line({Tag::line_number(record.tag),
                   record.pos,
                   "the record is larger than the topic takes",
                   "MSG_SIZE_TOO_LARGE",
                   record.row});
    log_.settled(record.tag);
  }
  too_large_.clear();
}

void ProduceLoop::acknowledge() {
  for (const Batch* batch = log_.complete(); batch != nullptr; batch = log_.complete()) {
    rows_ok_ += batch->events;
    if (batch->mark) end_.durable(*batch->mark, rows_ok_);
    print_receipt(*batch);
    log_.pop();
  }
  outstanding_metric_.set(static_cast<double>(producer_.outstanding()));
}

void ProduceLoop::print_receipt(const Batch& batch) {
  if (batch.records == 0) return;
  records_metric_.add(static_cast<double>(batch.records));
  bytes_metric_.add(static_cast<double>(batch.bytes));
  tombstones_metric_.add(static_cast<double>(batch.tombstones));
  output_.write(receipt(batch, targets_.names(), base::unix_microseconds()));
}

// Records that no checkpoint covers are delivered too: they come again with the same position.
bool ProduceLoop::finish(pipe::Finish /*how*/, bool tracked) {
  if (!tracked) log_.close_at_time();
  while (producer_.outstanding() > 0) {
    producer_.flush(kBusyWait);
    serve(milliseconds(0));
  }
  serve(milliseconds(0));
  if (!log_.empty()) log::info("the last records are delivered, but no checkpoint covers them");
  return log_.empty();
}

}  // namespace cdckit::kcat_cdc
