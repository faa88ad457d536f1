#include "tools/kcat-cdc/delivery/shape_publisher.hpp"

#include "common/ndjson/text.hpp"
#include "tools/kcat-cdc/topics/topic_names.hpp"

namespace cdckit::kcat_cdc {

namespace {

// Whoever looks at the topic sees whose shapes it holds.
std::string key_of(const event::Control& schema, const std::string& hash) {
  std::string out = R"({"schema":)";
  ndjson::append_string(out, schema.schema);
  out += R"(,"table":)";
  ndjson::append_string(out, schema.table);
  out += R"(,"hash":)";
  ndjson::append_string(out, hash);
  return out + '}';
}

}  // namespace

void ShapePublisher::publish(const std::string& data_topic,
                             const event::Control& schema,
                             const std::string& hash) {
  // the same shape of the same table may go to several schema topics
  const std::string topic = schema_topic_of(data_topic);
  if (!published_.insert(topic + ' ' + hash).second) return;
  constexpr std::chrono::milliseconds kWait{20};
  kafka::Outgoing record;
  record.topic = topics_.open_compacted(topic);
  const std::string key = key_of(schema, hash);
  record.key = key;
  record.value = schema.line;
  record.tag = kShapeTag;
  deliveries_.shape_sent();
  while (producer_.enqueue(record) == kafka::Enqueued::queue_full) {
    producer_.poll(kWait);
    deliveries_.check();
  }
  while (deliveries_.shape_on_its_way()) {
    producer_.flush(kWait);
    deliveries_.check();
  }
}

}  // namespace cdckit::kcat_cdc
