// The `schema` line of records that bring their own schema: columns with PostgreSQL's types by what
// Kafka Connect's schemas say (Debezium's semantic types, and `__debezium.source.column.*` where
// the connector was told to propagate them), and both schemas as `connect`. Pure; cold path.
#pragma once

#include <string>
#include <string_view>

namespace cdckit::kcat_cdc {

// As they stand in JSON strings.
struct TableName {
  std::string_view schema;
  std::string_view table;
};
// The last two parts of a topic's name; no schema when there is one part only.
TableName table_of_topic(std::string_view topic) noexcept;

// Appends the line without its line break. Both schemas are valid JSON; `key` may be `null`.
void append_connect_shape(std::string& out,
                          const TableName& table,
                          std::string_view key,
                          std::string_view value);

// The type of a column as format_type() prints it; `schema` is the field's.
std::string column_type(std::string_view schema);

}  // namespace cdckit::kcat_cdc
