// Lines as JsonConverter prints them with schemas.enable=true: key and value become
// {"schema":..,"payload":..}. The texts are made once a table. The schemas follow the manual's page
// "Debezium connector for PostgreSQL", Data change events, the classes io.debezium.data.Envelope
// and PostgresSourceInfoStructMaker of 3.7.
#pragma once

#include "tools/walcat/encode/table.hpp"

#include <string>
#include <string_view>

namespace cdckit::walcat {

// Of a topic: what Kafka refuses becomes `_`.
std::string topic_name(std::string_view prefix, std::string_view schema, std::string_view table);
// Of a table whose columns are settled: JSON texts; the key's is null without a key.
struct ConnectSchemas {
  std::string key;
  std::string value;
};
ConnectSchemas connect_schemas(const Table& table, std::string_view topic_prefix);
void wrap_table(Table& table, const ConnectSchemas& schemas);
// `content_type`: bytes or string.
void wrap_message(MessageForm& form, std::string_view content_type);

}  // namespace cdckit::walcat
