// The question that writing Avro asks once a shape.
#pragma once

#include <cstdint>
#include <string>

namespace cdckit::kcat_cdc {

// Who knows the ids of schemas: a registry, or a test.
class SchemaIds {
 public:
  SchemaIds() = default;
  SchemaIds(const SchemaIds&) = delete;
  SchemaIds& operator=(const SchemaIds&) = delete;
  virtual ~SchemaIds() = default;
  // Registers what is new. Throws unavailable for a schema that the subject cannot take.
  virtual std::int32_t id_of(const std::string& subject, const std::string& schema) = 0;
};

}  // namespace cdckit::kcat_cdc
