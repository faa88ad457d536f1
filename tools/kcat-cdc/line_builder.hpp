// Makes the line of a Kafka record: pos, key, old_key/new_key and kafka put on again, then the
// value's own members. Values and keys may be bare or wrapped as {"schema","payload"}. The record
// is copied once and checked once; a value that is no JSON object gives no line. No allocation per
// record.
#pragma once

#include "common/kafka/consumer.hpp"
#include "common/ndjson/validator.hpp"

#include <string>
#include <string_view>

namespace cdckit::kcat_cdc {

inline constexpr std::string_view kPosHeader = "cdc.pos";
inline constexpr std::string_view kSchemaHeader = "cdc.schema";
inline constexpr std::string_view kNewKeyHeader = "__debezium.newkey";
inline constexpr std::string_view kOldKeyHeader = "__debezium.oldkey";

// The last header of that name; empty without one.
std::string_view find_header(const kafka::Record& record, std::string_view name) noexcept;

class LineBuilder {
 public:
  // Null and one line with its line break appended, else the reason and `out` as it was. The record
  // must have a value: tombstones are no lines.
  const char* append_line(std::string& out, const kafka::Record& record);
  // The value as it is; a tombstone is the line `null`. The reason when it holds a line break that
  // no JSON white space is.
  const char* append_raw(std::string& out, const kafka::Record& record);

 private:
  void append_pos(std::string& out, std::string_view pos);
  // `,"name":value`; text that is no JSON becomes a string, other bytes {"base64":..}.
  void append_key(std::string& out, std::string_view name, std::string_view key);
  std::string_view unwrapped(std::string_view value);
  const char* check(const std::string& out, std::size_t from);

  ndjson::Validator validator_;
};

}  // namespace cdckit::kcat_cdc
