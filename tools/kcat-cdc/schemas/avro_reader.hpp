// Keys and values in Avro behind the id of their schema, as the JSON that Debezium would print, and
// the Connect schema of that. What cannot be read says why; a registry that is away throws, it is
// no fault of a record. Keeps programs by id; one for the keys, one for the values. One thread.
#pragma once

#include "common/avro/decoder.hpp"
#include "common/registry/client.hpp"
#include "common/registry/frame.hpp"
#include "tools/kcat-cdc/schemas/unwrapper.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace cdckit::kcat_cdc {

// Who knows the schemas that records were written with: a registry, or a test.
class SchemaSource {
 public:
  SchemaSource() = default;
  SchemaSource(const SchemaSource&) = delete;
  SchemaSource& operator=(const SchemaSource&) = delete;
  virtual ~SchemaSource() = default;
  // Throws data when it is not known, temporary when nobody could be asked.
  virtual registry::WriterSchemaPointer schema_of(const registry::Frame& frame) = 0;
};

class AvroReader {
 public:
  explicit AvroReader(SchemaSource& source) : source_(source) {}

  // Null and `out` set (its payload valid until the next call), else why not (valid as long).
  // `header`: the record's own header with the schema's id, if it has one.
  const char* read(std::string_view bytes, std::optional<std::string_view> header, Unwrapped& out);

 private:
  // Where to find what LineBuilder asks for: numbers of fields, of the record or of its `source`.
  struct Places {
    std::optional<std::uint32_t> operation;
    std::optional<std::uint32_t> schema;
    std::optional<std::uint32_t> table;
  };
  struct Program {
    explicit Program(registry::WriterSchemaPointer writer);
    registry::WriterSchemaPointer schema;
    avro::Decoder decoder;
    ConnectSchema connect;
    std::optional<Places> places;  // nothing: it has to be looked for

   private:
    void find_places();
  };
  Program& program_of(const registry::Frame& frame);
  const KnownMembers* know(const Program& program);

  SchemaSource& source_;
  std::map<std::int32_t, std::unique_ptr<Program>> by_id_;
  std::map<registry::Guid, std::unique_ptr<Program>> by_guid_;
  KnownMembers known_;
  std::string reason_;
};

}  // namespace cdckit::kcat_cdc
