// A Schema Registry behind the two questions that values ask: the id of a schema, the schema of an
// id. One thread at a time.
#pragma once

#include "common/registry/client.hpp"
#include "tools/kcat-cdc/schemas/avro_reader.hpp"
#include "tools/kcat-cdc/schemas/schema_ids.hpp"

#include <string>
#include <utility>

namespace cdckit::kcat_cdc {

class RegistryAccess final : public SchemaIds, public SchemaSource {
 public:
  RegistryAccess(registry::Settings settings, registry::ClientOptions options)
      : client_(std::move(settings), std::move(options)) {}

  std::int32_t id_of(const std::string& subject, const std::string& schema) override {
    return client_.id_of(subject, schema);
  }
  registry::WriterSchemaPointer schema_of(const registry::Frame& frame) override {
    return client_.schema_of(frame);
  }
  registry::Client& client() noexcept { return client_; }

 private:
  registry::Client client_;
};

}  // namespace cdckit::kcat_cdc
