#include "tools/walcat/debezium/envelope.hpp"

#include "tools/walcat/debezium/json_text.hpp"

namespace cdckit::walcat {
namespace {

constexpr std::string_view kSource =
    R"({"type":"struct","fields":[{"type":"string","optional":false,"field":"version"},)"
    R"({"type":"string","optional":false,"field":"connector"},)"
    R"({"type":"string","optional":false,"field":"name"},)"
    R"({"type":"int64","optional":false,"field":"ts_ms"},)"
    R"({"type":"string","optional":true,"name":"io.debezium.data.Enum","version":1,)"
    R"("parameters":{"allowed":"true,first,first_in_data_collection,last_in_data_collection,last,)"
    R"(false,incremental"},"default":"false","field":"snapshot"},)"
    R"({"type":"string","optional":false,"field":"db"},)"
    R"({"type":"string","optional":true,"field":"sequence"},)"
    R"({"type":"int64","optional":true,"field":"ts_us"},)"
    R"({"type":"int64","optional":true,"field":"ts_ns"},)"
    R"({"type":"string","optional":false,"field":"schema"},)"
    R"({"type":"string","optional":false,"field":"table"},)"
    R"({"type":"int64","optional":true,"field":"txId"},)"
    R"({"type":"int64","optional":true,"field":"lsn"},)"
    R"({"type":"int64","optional":true,"field":"xmin"},)"
    R"({"type":"string","optional":true,"field":"origin"},)"
    R"({"type":"int64","optional":true,"field":"origin_lsn"}],"optional":false,)"
    R"("name":"io.debezium.connector.postgresql.Source","version":1,"field":"source"})";

constexpr std::string_view kTransaction =
    R"({"type":"struct","fields":[{"type":"string","optional":false,"field":"id"},)"
    R"({"type":"int64","optional":false,"field":"total_order"},)"
    R"({"type":"int64","optional":false,"field":"data_collection_order"}],"optional":true,)"
    R"("name":"event.block","version":1,"field":"transaction"})";

constexpr std::string_view kTimes = R"({"type":"int64","optional":true,"field":"ts_ms"},)"
                                    R"({"type":"int64","optional":true,"field":"ts_us"},)"
                                    R"({"type":"int64","optional":true,"field":"ts_ns"})";

// A mask may print null where the column was NOT NULL. The last `optional` is the column's own.
std::string column_schema(const Column& column) {
  constexpr std::string_view kRequired = "\"optional\":false";
  std::string schema = column.form.schema;
  const auto required = schema.rfind(kRequired);
  const auto optional = schema.rfind("\"optional\":true");
  const bool is_required =
      required != std::string::npos && (optional == std::string::npos || optional < required);
  if (is_required && column.nullable)
    schema.replace(required, kRequired.size(), "\"optional\":true");
  return schema;
}

std::string all_fields(const Table& table) {
  std::string out;
  for (const Column& column : table.columns) {
    if (!column.shown) continue;
    if (!out.empty()) out += ',';
    out += column_schema(column);
  }
  return out;
}

std::string key_fields(const Table& table) {
  std::string out;
  for (const auto index : table.key) {
    if (!out.empty()) out += ',';
    out += column_schema(table.columns.at(index));
  }
  return out;
}

std::string row_schema(const Table& table, const std::string& topic, std::string_view field) {
  return R"({"type":"struct","fields":[)" + all_fields(table) + R"(],"optional":true,"name":)" +
         java_string(topic + ".Value") + R"(,"field":")" + std::string(field) + "\"}";
}

}  // namespace

std::string topic_name(std::string_view prefix, std::string_view schema, std::string_view table) {
  std::string topic = std::string(prefix) + "." + std::string(schema) + "." + std::string(table);
  for (char& letter : topic) {
    const bool fine = (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') ||
                      (letter >= '0' && letter <= '9') || letter == '.' || letter == '_' ||
                      letter == '-';
    if (!fine) letter = '_';
  }
  return topic;
}

ConnectSchemas connect_schemas(const Table& table, std::string_view topic_prefix) {
  const std::string topic = topic_name(topic_prefix, table.shape.schema, table.shape.table);
  ConnectSchemas schemas{"null", {}};
  if (!table.key.empty()) {
    schemas.key = R"({"type":"struct","fields":[)" + key_fields(table) +
                  R"(],"optional":false,"name":)" + java_string(topic + ".Key") + "}";
  }
  schemas.value = R"({"type":"struct","fields":[)" + row_schema(table, topic, "before") + "," +
                  row_schema(table, topic, "after") + "," + std::string(kSource) + "," +
                  std::string(kTransaction) +
                  R"(,{"type":"string","optional":false,"field":"op"},)" + std::string(kTimes) +
                  R"(],"optional":false,"name":)" + java_string(topic + ".Envelope") +
                  R"(,"version":2})";
  return schemas;
}

void wrap_table(Table& table, const ConnectSchemas& schemas) {
  table.key_head = R"({"schema":)" + schemas.key + ",\"payload\":";
  table.key_tail = "}";
  table.value_head = R"(,"schema":)" + schemas.value + R"(,"payload":{"before":)";
  table.line_tail = "}}\n";
}

void wrap_message(MessageForm& form, std::string_view content_type) {
  form.key_head = R"({"schema":{"type":"struct","fields":[)"
                  R"({"type":"string","optional":true,"field":"prefix"}],"optional":false,)"
                  R"("name":"io.debezium.connector.postgresql.MessageKey","version":1},"payload":)";
  form.key_tail = "}";
  form.value_head =
      R"(,"schema":{"type":"struct","fields":[{"type":"string","optional":false,"field":"op"},)"
      R"({"type":"int64","optional":true,"field":"ts_ms"},)" +
      std::string(kSource) + "," + std::string(kTransaction) +
      R"(,{"type":"struct","fields":[{"type":"string","optional":true,"field":"prefix"},{"type":")" +
      std::string(content_type) +
      R"(","optional":true,"field":"content"}],"optional":false,)"
      R"("name":"io.debezium.connector.postgresql.Message","version":1,"field":"message"}],)"
      R"("optional":false,"name":"io.debezium.connector.postgresql.MessageValue","version":1},)"
      R"("payload":{"op":)";
  form.line_tail = "}}\n";
}

}  // namespace cdckit::walcat
