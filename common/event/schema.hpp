// The shape of a source table as `schema` lines carry it.
#pragma once

#include <cstdint>
#include <optional>
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
  // What rows have that are older than the column, as the server prints it; nothing: NULL, or not
  // known.
  std::optional<std::string> missing = {};
  std::string base = {};  // of a domain: the server's own type that it is made of
  [[nodiscard]] const std::string& stored_type() const noexcept {
    return base.empty() ? type : base;
  }
  // The values of old rows are no part of the shape: a server forgets them when it rewrites them.
  // Nor is what a domain is made of, which its name says.
  bool operator==(const Column& other) const {
    return name == other.name && type == other.type && oid == other.oid &&
           modifier == other.modifier && nullable == other.nullable &&
           default_expression == other.default_expression;
  }
};

// The partitioned table above a partition that is published under its own name.
struct Root {
  std::string schema;
  std::string table;  // empty: the table is no partition
  bool operator==(const Root&) const = default;
};

struct TableSchema {
  std::string schema;
  std::string table;
  std::string identity;          // default | nothing | full | index
  std::vector<std::string> key;  // key columns in key order; empty without a key
  std::vector<Column> columns;   // in column order
  std::string encoding = {};     // plain | debezium; empty: not said
  std::string connect = {};      // debezium: {"key":..,"value":..}, raw JSON
  Root root = {};
  bool operator==(const TableSchema&) const = default;
};

// Appends the `schema` control line without its line break.
void append_schema_line(std::string& out, const TableSchema& schema);
// Members of later versions are passed over. Throws data.
TableSchema parse_schema_line(std::string_view line);
// 16 hex digits naming the line by its bytes: header `cdc.schema` on Kafka records.
std::string schema_hash(std::string_view line);

}  // namespace cdckit::event
