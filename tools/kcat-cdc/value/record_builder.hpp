// Makes the Kafka record of a change event: Debezium's value or the row alone, bare, wrapped with
// its schema or in Avro; the key; and headers for what the value does not carry. No allocation per
// record once its buffers have grown. One thread.
#pragma once

#include "common/event/event.hpp"
#include "common/kafka/record.hpp"
#include "tools/kcat-cdc/value/flat_row.hpp"
#include "tools/kcat-cdc/value/header_rules.hpp"
#include "tools/kcat-cdc/value/table_shape.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace cdckit::kcat_cdc {

enum class Built {
  record,
  nothing,  // the form of values has no place for such an event (a truncate among flat rows)
  bad
};

class RecordBuilder {
 public:
  // `ids` must outlive the builder; null without Avro. Throws usage for headers that are none.
  explicit RecordBuilder(ValueOptions options = {}, SchemaIds* ids = nullptr);

  // A schema line is in force from now on for the table of this number (of the caller's choice),
  // whose records go to `topic`. Throws what make_shape() and SchemaIds throw.
  void follow(std::size_t table, const event::TableSchema& schema, const std::string& topic);
  // Valid until the next call, and no longer than the event's line and the hash of its table's
  // shape (may be empty). The caller sets topic, time and tag. Throws config when schemas are
  // wanted and no schema line came.
  Built build(const event::Event& event,
              std::size_t table,
              const std::string& topic,
              std::string_view schema_hash,
              kafka::Outgoing& record);
  // Of the last bad one.
  [[nodiscard]] std::string_view reason() const noexcept { return reason_; }

 private:
  const char* write_value(const event::Event& event, TableShape& shape);
  const char* write_key(const event::Event& event, TableShape& shape);
  TableShape& shape_of(const event::Event& event, std::size_t table, const std::string& topic);
  void fill_headers(const event::Event& event, std::string_view schema_hash);
  const char* refuse(std::string_view what, const std::string& why);

  ValueOptions options_;
  SchemaIds* ids_;
  HeaderRules rules_;
  FlatRow flat_;
  std::vector<TableShape> shapes_;
  std::vector<bool> known_;  // which of shapes_ are set
  std::string value_;
  std::string key_;
  std::string text_;  // a row before it becomes Avro
  std::vector<kafka::Header> headers_;
  std::string reason_;
};

}  // namespace cdckit::kcat_cdc
