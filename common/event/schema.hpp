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
  bool operator==(const Column&) const = default;
};

struct TableSchema {
  std::string schema;
  std::string table;
  std::string identity;          // default | nothing | full | index
  std::vector<std::string> key;  // key columns in key order; empty without a key
  std::vector<Column> columns;   // in column order
  bool operator==(const TableSchema&) const = default;
};

// Appends the `schema` control line without its line break.
void append_schema_line(std::string& out, const TableSchema& schema);
// Throws data.
TableSchema parse_schema_line(std::string_view line);
// 16 hex digits naming this shape: header `cdc.schema` on Kafka records.
std::string schema_hash(const TableSchema& schema);

}  // namespace cdckit::event
