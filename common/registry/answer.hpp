// What the registry's answers say, read strictly: a member that is missing or of another type is
// protocol, never a guess. Bytes come from a server: bounded and fuzzed. Pure.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace cdckit::registry {

struct Reference {
  std::string name;
  std::string subject;
  std::int32_t version = 0;
  bool operator==(const Reference&) const = default;
};

struct SchemaAnswer {
  std::string schema;
  std::string type = "AVRO";  // older registries do not say it
  std::vector<Reference> references;
};

struct Complaint {
  std::int64_t code = 0;  // 0: the body is none of the registry's
  std::string message;
};

// Each throws protocol: "could not read the registry's answer: why".
std::int32_t read_id(std::string_view body);
SchemaAnswer read_schema(std::string_view body);
bool read_compatible(std::string_view body, std::vector<std::string>& messages);
std::string read_level(std::string_view body);
// Throws nothing.
Complaint read_complaint(std::string_view body);

// {"schema":"..","schemaType":"AVRO"}
std::string schema_body(std::string_view schema);

}  // namespace cdckit::registry
