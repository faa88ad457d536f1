// Makes the Kafka record of a change event: Debezium's value, the key as it stands in the line, and
// headers for what the value does not carry. No allocation per record once its buffers have grown.
#pragma once

#include "common/event/event.hpp"
#include "common/kafka/producer.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace cdckit::kcat_cdc {

class RecordBuilder {
 public:
  // Valid until the next call, and no longer than the event's line and the hash of its table's
  // shape (may be empty). Topic and tag are the caller's.
  kafka::Outgoing record_of(const event::Event& event, std::string_view schema_hash);

 private:
  void fill_headers(const event::Event& event, std::string_view schema_hash);

  std::string value_;
  std::vector<kafka::Header> headers_;
};

}  // namespace cdckit::kcat_cdc
