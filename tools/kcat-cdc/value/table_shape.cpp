#include "tools/kcat-cdc/value/table_shape.hpp"

#include "common/avro/connect_to_avro.hpp"
#include "common/avro/schema.hpp"
#include "common/base/error.hpp"
#include "common/log/log.hpp"
#include "common/ndjson/text.hpp"
#include "common/registry/frame.hpp"
#include "tools/kcat-cdc/schemas/message_schema.hpp"
#include "tools/kcat-cdc/value/flat_row.hpp"

#include <algorithm>

namespace cdckit::kcat_cdc {

namespace {

std::string head_of(std::string_view schema) {
  return R"({"schema":)" + std::string(schema) + R"(,"payload":)";
}

std::vector<std::string> required_keys(const event::TableSchema& table) {
  std::vector<std::string> out;
  for (const event::Column& column : table.columns) {
    if (column.nullable || std::ranges::find(table.key, column.name) == table.key.end()) continue;
    out.emplace_back();
    ndjson::append_escaped(out.back(), column.name);
  }
  return out;
}

void add_schemas(TableShape& shape,
                 std::string_view key,
                 std::string_view value,
                 const std::string& topic,
                 const ValueOptions& options,
                 SchemaIds* ids) {
  const bool has_key = key.starts_with('{');
  if (options.with_schemas) {
    if (has_key) shape.key_head = head_of(key);
    shape.value_head = head_of(value);
  }
  if (!options.avro) return;
  if (has_key)
    shape.key_writer = std::make_unique<AvroWriter>(key, topic, "key", options.names, *ids);
  shape.value_writer = std::make_unique<AvroWriter>(value, topic, "value", options.names, *ids);
}

}  // namespace

AvroWriter::Prepared AvroWriter::prepare(std::string_view connect,
                                         const std::string& topic,
                                         const std::string& part,
                                         avro::NameAdjustment names,
                                         SchemaIds& ids) {
  const avro::AvroOfConnect avro =
      avro::connect_to_avro(connect, {.adjustment = names, .topic = topic});
  for (const std::string& note : avro.notes) log::info("topic \"" + topic + "\": " + note);
  const avro::Schema schema = avro::Schema::parse(avro.schema);
  return {ids.id_of(topic + "-" + part, avro.schema), avro::Plan(schema)};
}

bool AvroWriter::append(std::string& out, std::string_view json, ndjson::FoundMembers members) {
  registry::append_prefix(out, prepared_.id);
  return encoder_.encode(out, json, members);
}

bool AvroWriter::append(std::string& out, const event::Event& event) {
  registry::append_prefix(out, prepared_.id);
  return encoder_.encode(out, event);
}

TableShape make_shape(const event::TableSchema& table,
                      const std::string& topic,
                      const ValueOptions& options,
                      SchemaIds* ids) {
  TableShape shape;
  shape.required_keys = required_keys(table);
  if (!options.with_schemas && !options.avro) return shape;
  const std::string_view value =
      table.connect.empty() ? std::string_view{} : ndjson::find_member(table.connect, "value");
  if (!value.starts_with('{')) {
    throw base::Error(base::ErrorKind::config,
                      "could not write table \"" + table.schema + "." + table.table +
                          "\" with its schema: the schema line does not say how values are written",
                      "walcat --encoding debezium says it.");
  }
  const std::string row = options.form == ValueForm::flat ? flat_schema(value) : std::string();
  add_schemas(shape,
              ndjson::find_member(table.connect, "key"),
              row.empty() ? value : std::string_view(row),
              topic,
              options,
              ids);
  return shape;
}

TableShape make_message_shape(const std::string& topic,
                              const ValueOptions& options,
                              SchemaIds* ids) {
  TableShape shape;
  add_schemas(shape, kMessageKeySchema, kMessageValueSchema, topic, options, ids);
  return shape;
}

}  // namespace cdckit::kcat_cdc
