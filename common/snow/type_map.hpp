// PostgreSQL's types (as format_type() prints them) as Snowflake column types, and Snowflake's
// types taken apart. Pure text.
#pragma once

#include <string>
#include <string_view>

namespace cdckit::snow {

enum class TypeFamily {
  number,
  real,
  text,
  boolean,
  date,
  time,
  timestamp,       // without zone
  timestamp_zone,  // with zone
  binary,
  variant,  // also object and array
  other,
};

// A Snowflake type: NUMBER(10,0), VARCHAR(16777216), TIMESTAMP_NTZ(9), ...
struct ColumnType {
  TypeFamily family = TypeFamily::other;
  int precision = 0;  // numbers
  int scale = 0;      // digits behind the point, of times behind the second
  int length = 0;     // text and binary; 0: not said
};

// int4 -> NUMBER(10,0), numeric(12,2) -> NUMBER(12,2), jsonb -> VARIANT, unknown -> VARCHAR.
std::string snowflake_type(std::string_view postgres_type);
ColumnType parse_column_type(std::string_view snowflake_type);
// The type as ALTER COLUMN .. SET DATA TYPE takes it so that `target` also holds every value of
// `source`; empty when the service cannot widen it to that in place.
std::string widened_type(const ColumnType& target, const ColumnType& source);
// Every value of `source` fits a column of type `target`.
bool can_hold(const ColumnType& target, const ColumnType& source);

}  // namespace cdckit::snow
