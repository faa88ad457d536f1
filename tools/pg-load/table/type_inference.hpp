// Which columns and types a table needs to take the rows seen so far (--create).
#pragma once

#include "common/event/schema.hpp"
#include "tools/pg-load/table/target_table.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace cdckit::pg_load {

// Sets of what a column's values were; several bits: mixed.
inline constexpr std::uint8_t kShapeInteger = 1;  // fits bigint
inline constexpr std::uint8_t kShapeNumber = 2;   // any other number
inline constexpr std::uint8_t kShapeBoolean = 4;
inline constexpr std::uint8_t kShapeTimestamp = 8;  // RFC 3339 with a zone
inline constexpr std::uint8_t kShapeUuid = 16;
inline constexpr std::uint8_t kShapeText = 32;
inline constexpr std::uint8_t kShapeNested = 64;  // object or array

std::uint8_t shape_of(std::string_view json) noexcept;
std::string type_for(std::uint8_t shapes);

class TypeInference {
 public:
  void add(std::string_view row);
  // Columns in order of first appearance; `fixed` are NAME:TYPE pairs that win and may add.
  [[nodiscard]] std::vector<event::Column> columns(
      const std::vector<std::pair<std::string, std::string>>& fixed) const;

 private:
  struct Seen {
    std::string name;
    std::uint8_t shapes = 0;
  };
  std::vector<Seen> seen_;
};

// CREATE SCHEMA (when asked for) and CREATE TABLE IF NOT EXISTS with NOT NULL and the primary key
// of `schema`. The types stand as they are: see safe_columns().
std::string create_table_sql(const TableName& name,
                             const event::TableSchema& schema,
                             bool with_schema);

}  // namespace cdckit::pg_load
