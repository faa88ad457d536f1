#include "tools/kcat-cdc/record_builder.hpp"

#include "tools/kcat-cdc/line_builder.hpp"

namespace cdckit::kcat_cdc {

kafka::Outgoing RecordBuilder::record_of(const event::Event& event, std::string_view schema_hash) {
  value_.clear();
  event::append_debezium_value(value_, event);
  fill_headers(event, schema_hash);
  kafka::Outgoing record;
  if (!event.key.empty()) record.key = event.key;
  record.value = value_;
  record.headers = headers_;
  return record;
}

void RecordBuilder::fill_headers(const event::Event& event, std::string_view schema_hash) {
  headers_.clear();
  if (!event.pos.empty()) headers_.push_back({kPosHeader, event.pos});
  if (!schema_hash.empty()) headers_.push_back({kSchemaHeader, schema_hash});
  if (!event.new_key.empty()) headers_.push_back({kNewKeyHeader, event.new_key});
  if (!event.old_key.empty()) headers_.push_back({kOldKeyHeader, event.old_key});
}

}  // namespace cdckit::kcat_cdc
