#include "tools/kcat-cdc/value/record_builder.hpp"

#include "common/base/error.hpp"
#include "common/ndjson/text.hpp"
#include "tools/kcat-cdc/value/line_builder.hpp"

#include <algorithm>

namespace cdckit::kcat_cdc {

namespace {

// A wrong key deletes somebody else's row.
bool lacks_key(const event::Event& event, const std::vector<std::string>& required) {
  ndjson::ObjectCursor cursor(event::key_columns(event));
  ndjson::Member member;
  while (cursor.next(member)) {
    if (ndjson::is_null(member.value) && std::ranges::find(required, member.name) != required.end())
      return true;
  }
  return false;
}

// walcat --schemas has put its schema around it.
bool is_wrapped(std::string_view key_or_tail) noexcept {
  return key_or_tail.starts_with(R"({"schema":)") || key_or_tail.starts_with(R"("schema":)");
}

}  // namespace

RecordBuilder::RecordBuilder(ValueOptions options, SchemaIds* ids)
    : options_(std::move(options)),
      ids_(ids),
      rules_(options_.headers, options_.unavailable_value) {}

void RecordBuilder::follow(std::size_t table,
                           const event::TableSchema& schema,
                           const std::string& topic) {
  TableShape shape = make_shape(schema, topic, options_, ids_);
  if (table >= shapes_.size()) {
    shapes_.resize(table + 1);
    known_.resize(table + 1);
  }
  shapes_[table] = std::move(shape);
  known_[table] = true;
}

TableShape& RecordBuilder::shape_of(const event::Event& event,
                                    std::size_t table,
                                    const std::string& topic) {
  if (table < shapes_.size() && known_[table]) return shapes_[table];
  if ((options_.with_schemas || options_.avro) && event.op != 'm') {
    throw base::Error(base::ErrorKind::config,
                      "could not write a record of topic \"" + topic +
                          "\" with its schema: no schema line came before it",
                      "walcat prints them with --encoding debezium and --ack or --control.");
  }
  if (table >= shapes_.size()) {
    shapes_.resize(table + 1);
    known_.resize(table + 1);
  }
  if (event.op == 'm') shapes_[table] = make_message_shape(topic, options_, ids_);
  known_[table] = true;
  return shapes_[table];
}

Built RecordBuilder::build(const event::Event& event,
                           std::size_t table,
                           const std::string& topic,
                           std::string_view schema_hash,
                           kafka::Outgoing& record) {
  if (options_.form == ValueForm::flat && event.op == 't') return Built::nothing;
  TableShape& shape = shape_of(event, table, topic);
  record = {};
  const char* reason = nullptr;
  if (event.op == 'd' && !shape.required_keys.empty() && lacks_key(event, shape.required_keys))
    reason = "its key has a null in a column that is never null";
  if (reason == nullptr) reason = write_value(event, shape);
  if (reason == nullptr && !event.key.empty()) reason = write_key(event, shape);
  if (reason != nullptr) {
    if (reason != reason_.c_str()) reason_ = reason;
    return Built::bad;
  }
  fill_headers(event, schema_hash);
  if (!event.key.empty()) record.key = key_.empty() ? event.key : std::string_view(key_);
  record.value = value_;
  record.headers = headers_;
  return Built::record;
}

const char* RecordBuilder::write_value(const event::Event& event, TableShape& shape) {
  value_.clear();
  const bool flat = options_.form == ValueForm::flat && FlatRow::is_row(event);
  if (shape.value_writer) {
    if (!flat)
      return shape.value_writer->append(value_, event) ? nullptr
                                                       : refuse("value", shape.value_writer->why());
    text_.clear();
    if (const char* reason = flat_.append(text_, event)) return reason;
    return shape.value_writer->append(value_, text_, {})
               ? nullptr
               : refuse("value", shape.value_writer->why());
  }
  const bool wraps = !shape.value_head.empty() && !is_wrapped(event.tail);
  if (wraps) value_ += shape.value_head;
  if (flat) {
    if (const char* reason = flat_.append(value_, event)) return reason;
  } else {
    event::append_debezium_value(value_, event);
  }
  if (wraps) value_ += '}';
  return nullptr;
}

// key_ stays empty when the key is written as it stands in the line.
const char* RecordBuilder::write_key(const event::Event& event, TableShape& shape) {
  key_.clear();
  if (shape.key_writer) {
    const ndjson::Object key = event::key_columns(event);
    return shape.key_writer->append(key_, key.text, key.found)
               ? nullptr
               : refuse("key", shape.key_writer->why());
  }
  if (shape.key_head.empty() || is_wrapped(event.key)) return nullptr;
  key_ += shape.key_head;
  key_ += event.key;
  key_ += '}';
  return nullptr;
}

const char* RecordBuilder::refuse(std::string_view what, const std::string& why) {
  reason_ = "its " + std::string(what) + " does not fit its schema: " + why;
  return reason_.c_str();
}

void RecordBuilder::fill_headers(const event::Event& event, std::string_view schema_hash) {
  headers_.clear();
  if (!event.pos.empty()) headers_.push_back({kPosHeader, event.pos});
  if (!schema_hash.empty()) headers_.push_back({kSchemaHeader, schema_hash});
  if (!event.new_key.empty()) headers_.push_back({kNewKeyHeader, event.new_key});
  if (!event.old_key.empty()) headers_.push_back({kOldKeyHeader, event.old_key});
  rules_.append(headers_, event);
}

}  // namespace cdckit::kcat_cdc
