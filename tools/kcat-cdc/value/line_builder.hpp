// Makes the line of a Kafka record: pos, key, old_key/new_key and kafka put on again, then the
// value's own members. Values and keys may be bare or wrapped as {"schema","payload"}. The record
// is copied once, and one walk over the finished line checks it and finds its members; no
// allocation per record.
// A tombstone behind its delete event is no line; one whose event is gone (compacted away, or the
// topic holds flat rows) becomes the delete. One thread.
#pragma once

#include "common/kafka/record.hpp"
#include "common/ndjson/validator.hpp"
#include "common/ndjson/walker.hpp"
#include "tools/kcat-cdc/schemas/avro_reader.hpp"
#include "tools/kcat-cdc/schemas/connect_shape.hpp"
#include "tools/kcat-cdc/value/topic_memory.hpp"

#include <optional>
#include <set>
#include <string>
#include <string_view>

namespace cdckit::kcat_cdc {

inline constexpr std::string_view kPosHeader = "cdc.pos";
inline constexpr std::string_view kSchemaHeader = "cdc.schema";
inline constexpr std::string_view kNewKeyHeader = "__debezium.newkey";
inline constexpr std::string_view kOldKeyHeader = "__debezium.oldkey";

// The last header of that name; empty without one, or when it is null.
std::string_view find_header(const kafka::Record& record, std::string_view name) noexcept;

// How keys and values are written.
enum class RecordFormat {
  by_looks,  // Avro where an id of a schema stands before it, else JSON
  json,
  avro
};

class LineBuilder {
 public:
  LineBuilder() = default;
  // `schemas` must outlive the builder; null: no Avro can be read.
  LineBuilder(RecordFormat format, SchemaSource* schemas);

  // Null, and nothing or one line with its line break appended; else the reason, and `out` as it
  // was.
  const char* append_line(std::string& out, const kafka::Record& record);
  // The `schema` line of the last record that became a line, without its line break, when it
  // brought its own schema and names no shape of ours. Equal lines are the same object, for ever.
  [[nodiscard]] const std::string* own_shape() const noexcept { return own_shape_; }

 private:
  struct Headers {
    std::optional<std::string_view> key_id;  // of an Avro schema
    std::optional<std::string_view> value_id;
    std::string_view pos;
    std::string_view old_key;
    std::string_view new_key;
    bool has_shape = false;  // a schema line of ours is in force for it
  };
  static Headers read_headers(const kafka::Record& record) noexcept;

  [[nodiscard]] bool is_avro(std::string_view bytes,
                             const std::optional<std::string_view>& id) const;
  // Take off what is around the bytes. Null, or why it cannot be.
  const char* open_key(const kafka::Record& record, const Headers& headers, Unwrapped& key);
  const char* open_value(const kafka::Record& record, const Headers& headers, Unwrapped& value);

  const char* append_value(std::string& out,
                           const kafka::Record& record,
                           const Headers& headers,
                           const Unwrapped& key,
                           std::string_view value);
  void append_tombstone(std::string& out,
                        const kafka::Record& record,
                        const Headers& headers,
                        const Unwrapped& key);
  // The line up to its value; see build() for `trusted`.
  void append_front(std::string& out,
                    const kafka::Record& record,
                    const Headers& headers,
                    const Unwrapped& key,
                    bool trusted);
  // `trusted`: position and key are put in as they are, the walk says whether each was one value.
  const char* build(std::string& out,
                    const kafka::Record& record,
                    const Headers& headers,
                    const Unwrapped& key,
                    std::string_view value,
                    bool trusted);
  [[nodiscard]] bool is_as_put_in(std::string_view pos, const Unwrapped* key) const noexcept;
  // The same for a value of which all is known.
  void build_known(std::string& out,
                   const kafka::Record& record,
                   const Headers& headers,
                   const Unwrapped& key,
                   const Unwrapped& value);
  const char* read_members(std::size_t ours);
  void note_source(ndjson::FoundMembers members);
  void note_table(std::string_view schema, std::string_view table);
  [[nodiscard]] TableName table_of(std::string_view topic) const noexcept;
  void note_shape(std::string_view topic, const Unwrapped& key, const Unwrapped& value);
  // `,"name":value`; text that is no JSON becomes a string, other bytes {"base64":..}.
  void append_key(std::string& out, std::string_view name, std::string_view key);
  void append_own_key(std::string& out, const kafka::Record& record, const Unwrapped& key);

  RecordFormat format_ = RecordFormat::by_looks;
  std::optional<AvroReader> avro_keys_;  // with a registry
  std::optional<AvroReader> avro_values_;
  ndjson::Walker walker_;
  ndjson::Validator validator_;
  TopicMemories topics_;
  TopicMemory* topic_ = nullptr;  // of the record that is worked on
  char operation_ = '\0';         // of the value that was read last
  std::set<std::string> shapes_;
  const std::string* own_shape_ = nullptr;
};

}  // namespace cdckit::kcat_cdc
