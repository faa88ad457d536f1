// What the schema line of a table means for its records: which key columns are never null, what
// goes around keys and values with --schemas, and the Avro programs and ids of both. Immutable once
// made; registering happens while it is made.
#pragma once

#include "common/avro/encoder.hpp"
#include "common/avro/plan.hpp"
#include "common/event/schema.hpp"
#include "tools/kcat-cdc/schemas/schema_ids.hpp"
#include "tools/kcat-cdc/value/value_options.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace cdckit::kcat_cdc {

class AvroWriter {
 public:
  // `connect`: the Connect schema; `part`: key or value, of this topic. Stays at one place.
  AvroWriter(std::string_view connect,
             const std::string& topic,
             const std::string& part,
             avro::NameAdjustment names,
             SchemaIds& ids)
      : prepared_(prepare(connect, topic, part, names, ids)) {}
  AvroWriter(const AvroWriter&) = delete;
  AvroWriter& operator=(const AvroWriter&) = delete;
  // Appends prefix and bytes; false: why() says what does not fit.
  bool append(std::string& out, std::string_view json, ndjson::FoundMembers members);
  bool append(std::string& out, const event::Event& event);
  [[nodiscard]] const std::string& why() const noexcept { return encoder_.problem(); }

 private:
  struct Prepared {
    std::int32_t id = 0;
    avro::Plan plan;
  };
  static Prepared prepare(std::string_view connect,
                          const std::string& topic,
                          const std::string& part,
                          avro::NameAdjustment names,
                          SchemaIds& ids);

  Prepared prepared_;
  avro::Encoder encoder_{prepared_.plan};
};

struct TableShape {
  std::vector<std::string> required_keys;  // names as they stand in JSON
  std::string key_head;                    // `{"schema":..,"payload":`; empty: no schema is known
  std::string value_head;
  std::unique_ptr<AvroWriter> key_writer;
  std::unique_ptr<AvroWriter> value_writer;
};

// `topic` names Avro's records and subjects; `ids` may be null without Avro. Throws config when
// schemas are wanted and the line says none.
TableShape make_shape(const event::TableSchema& table,
                      const std::string& topic,
                      const ValueOptions& options,
                      SchemaIds* ids);
// Of logical messages.
TableShape make_message_shape(const std::string& topic,
                              const ValueOptions& options,
                              SchemaIds* ids);

}  // namespace cdckit::kcat_cdc
