// The shape of a source table as `schema` lines carry it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace cdckit::event {

struct Column {
  std::string name;
  std::string type;  // as format_type() prints it
  std::uint32_t oid = 0;
  std::int32_t modifier = -1;
  bool nullable = true;
  std::string default_expression = {};  // as pg_get_expr() prints it; empty: none
  bool operator==(const Column&) const = default;
};

struct TableSchema {
  std::string schema;
  std::string table;
  std::string identity;          // default | nothing | full | index
  std::vector<std::string> key;  // key columns in key order; empty without a key
  std::vector<Column> columns;   // in column order
  std::string encoding = {};     // plain | debezium; empty: not said
  std::string connect = {};      // debezium: {"key":..,"value":..}, raw JSON
  bool operator==(const TableSchema&) const = default;
};

// Appends the `schema` control line without its line break.
void append_schema_line(std::string& out, const TableSchema& schema);
// Members of later versions are passed over. Throws data.
TableSchema parse_schema_line(std::string_view line);
// 16 hex digits naming the line by its bytes: header `cdc.schema` on Kafka records.
std::string schema_hash(std::string_view line);

}  // namespace cdckit::event
