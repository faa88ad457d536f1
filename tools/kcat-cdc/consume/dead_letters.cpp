#include "tools/kcat-cdc/consume/dead_letters.hpp"

#include "common/base/clock.hpp"
#include "common/base/error.hpp"
#include "common/base/text.hpp"
#include "common/kafka/admin.hpp"
#include "common/log/log.hpp"

#include <algorithm>
#include <iterator>
#include <limits>

namespace cdckit::kcat_cdc {

using base::Error;
using base::ErrorKind;
using std::chrono::milliseconds;

namespace {

constexpr milliseconds kAnswer{10'000};
constexpr milliseconds kSettings{2'000};
constexpr milliseconds kSlice{100};

constexpr std::string_view kTopic = "__connect.errors.topic";
constexpr std::string_view kPartition = "__connect.errors.partition";
constexpr std::string_view kOffset = "__connect.errors.offset";
constexpr std::string_view kStage = "__connect.errors.stage";
constexpr std::string_view kClass = "__connect.errors.class.name";
constexpr std::string_view kException = "__connect.errors.exception.class.name";
constexpr std::string_view kMessage = "__connect.errors.exception.message";

bool is_error_header(const kafka::Header& header) {
  return header.name.starts_with(kErrorHeaders);
}

}  // namespace

std::vector<kafka::Header> headers_of_letter(const kafka::Record& record, const Failure& failure) {
  std::vector<kafka::Header> out = record.headers;
  out.push_back({kTopic, record.topic});
  out.push_back({kPartition, failure.partition});
  out.push_back({kOffset, failure.offset});
  out.push_back({kStage, "VALUE_CONVERTER"});
  out.push_back({kClass, "kcat-cdc"});
  out.push_back({kException, "undecodable"});
  out.push_back({kMessage, failure.reason});
  return out;
}

std::optional<Origin> origin_of(const kafka::Record& letter) {
  const auto& headers = letter.headers;
  // every failure begins with its topic; what stands before the last one is of earlier failures
  const auto last = std::find_if(headers.rbegin(), headers.rend(), [](const kafka::Header& header) {
    return header.name == kTopic;
  });
  if (last == headers.rend() || !last->value || last->value->empty()) return std::nullopt;
  const auto failure = std::prev(last.base());
  Origin out;
  out.topic = *last->value;
  out.headers.assign(headers.begin(), failure);
  for (auto header = failure; header != headers.end(); ++header) {
    if (header->name == kPartition && header->value) {
      const auto number = base::parse_unsigned(*header->value);
      if (number && *number <= std::numeric_limits<std::int32_t>::max())
        out.partition = static_cast<std::int32_t>(*number);
    }
    if (!is_error_header(*header)) out.headers.push_back(*header);
  }
  return out;
}

RecordSender::RecordSender(const kafka::Settings& settings, milliseconds give_up_after)
    : producer_(settings, give_up_after, *this) {}

kafka::TopicId RecordSender::topic(const std::string& name) {
  const auto found = producer_.find_topic(name, kAnswer);
  if (!found) throw Error(ErrorKind::unavailable, "could not find topic \"" + name + "\"");
  Known known{name, {}, false};
  try {
    known.facts = read_facts(producer_.topic_settings(name, kSettings));
  } catch (const Error& error) {
    log::info(std::string("the settings of a topic are not known: ") + error.what());
  }
  topics_.emplace(found->index, std::move(known));
  return *found;
}

void RecordSender::look_at_age(const kafka::Outgoing& record) {
  Known& topic = topics_.at(record.topic.index);
  if (topic.told_of_age || !topic.facts.expires(record.timestamp_ms, base::unix_milliseconds()))
    return;
  topic.told_of_age = true;
  log::warning(
      "topic \"" + topic.name +
      "\" gets records that are older than its retention.ms, and the brokers delete them by "
      "that time, not by when they came: set a longer retention.ms");
}

void RecordSender::send(const kafka::Outgoing& record) {
  look_at_age(record);
  for (;;) {
    switch (producer_.enqueue(record)) {
      case kafka::Enqueued::done:
        producer_.poll(milliseconds(0));
        return;
      case kafka::Enqueued::queue_full:
        producer_.poll(kSlice);
        break;
      case kafka::Enqueued::no_partition:
        throw Error(ErrorKind::unavailable,
                    "could not write a record again: its partition is gone");
      case kafka::Enqueued::too_large:
        throw Error(ErrorKind::data,
                    "could not write a record again: it is larger than message.max.bytes",
                    "Raise it with -X message.max.bytes=N.");
    }
  }
}

void RecordSender::settle() {
  while (!producer_.flush(kSlice)) {
  }
  if (failure_) throw Error(*failure_);
}

void RecordSender::delivered(std::uint64_t /*tag*/) {}

void RecordSender::failed(const kafka::FailedDelivery& delivery) {
  if (!failure_) failure_ = delivery.error;
}

DeadLetters::DeadLetters(const kafka::Settings& settings,
                         const std::string& topic,
                         milliseconds give_up_after)
    : sender_(settings, give_up_after) {
  kafka::Admin admin(settings);
  kafka::NewTopic wanted;
  wanted.name = topic;
  wanted.config = {{"retention.ms", "-1"}};
  (void)admin.create_topic(wanted, kAnswer);
  topic_ = sender_.topic(topic);
  if (!sender_.facts(topic_).compacts()) return;
  throw Error(ErrorKind::config,
              "could not use --dead-letter \"" + topic +
                  "\": it is compacted, and of letters with one key only the last would stay",
              "Set its cleanup.policy to delete, or name another topic.");
}

void DeadLetters::add(const kafka::Record& record, const std::string& reason) {
  const Failure failure{std::to_string(record.partition), std::to_string(record.offset), reason};
  const auto headers = headers_of_letter(record, failure);
  kafka::Outgoing out;
  out.topic = topic_;
  out.key = record.key;
  out.value = record.value;
  out.headers = headers;
  out.timestamp_ms = std::max<std::int64_t>(record.timestamp_ms, 0);
  sender_.send(out);
}

}  // namespace cdckit::kcat_cdc
