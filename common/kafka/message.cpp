#include "common/kafka/message.hpp"

#include <librdkafka/rdkafka.h>

namespace cdckit::kafka {

void read_message(const rd_kafka_message_s& message, Record& out) {
  out.topic = rd_kafka_topic_name(message.rkt);
  out.partition = message.partition;
  out.offset = message.offset;
  out.timestamp_ms = rd_kafka_message_timestamp(&message, nullptr);
  out.key = read_bytes(message.key, message.key_len);
  out.value = read_bytes(message.payload, message.len);
  read_headers(message, out.headers);
}

void read_headers(const rd_kafka_message_s& message, std::vector<Header>& out) {
  out.clear();
  rd_kafka_headers_t* headers = nullptr;
  if (rd_kafka_message_headers(&message, &headers) != RD_KAFKA_RESP_ERR_NO_ERROR) return;
  const char* name = nullptr;
  const void* value = nullptr;
  std::size_t size = 0;
  for (std::size_t i = 0;
       rd_kafka_header_get_all(headers, i, &name, &value, &size) == RD_KAFKA_RESP_ERR_NO_ERROR;
       ++i) {
    out.push_back({name, read_bytes(value, size)});
  }
}

}  // namespace cdckit::kafka
