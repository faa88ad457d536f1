// A Schema Registry as its users need it: the id of a schema to write with, the schema of an id to
// read with. Both are asked for once and kept. Requests that fail for a while are tried again by
// the policy. Errors: temporary when the registry is away, busy or answers 5xx; data when it does
// not know an id, or what it holds is no Avro; permission (77) for a refused login; unavailable
// (69) when it refuses the schema or has none to give; protocol for answers that make no sense.
// One thread at a time; owns its connection.
#pragma once

#include "common/avro/plan.hpp"
#include "common/avro/schema.hpp"
#include "common/http/client.hpp"
#include "common/registry/answer.hpp"
#include "common/registry/frame.hpp"
#include "common/registry/settings.hpp"
#include "common/retry/retry.hpp"
#include "common/signals/stop.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cdckit::registry {

// What records of one id are read with. Shared: a reader may hold on to it while it is dropped.
struct WriterSchema {
  explicit WriterSchema(avro::Schema parsed) : schema(std::move(parsed)), plan(schema) {}
  avro::Schema schema;
  avro::Plan plan;
};
using WriterSchemaPointer = std::shared_ptr<const WriterSchema>;

struct ClientOptions {
  retry::Policy retry{};
  signals::StopToken stop{};
  retry::Observer observer{};
  std::size_t most_schemas = 1000;  // kept at a time
};

class Client {
 public:
  Client(Settings settings, ClientOptions options);

  // The id of the schema under the subject. Where it is not there yet it is held against what is,
  // then registered. A refusal is unavailable, with the subject's level and the difference.
  std::int32_t id_of(const std::string& subject, const std::string& schema);
  // With everything that it refers to.
  WriterSchemaPointer schema_of(const Frame& frame);

  // For `check`: asks for the subjects. Throws as above.
  void check_access();
  // The level in force for the subject, its own or the registry's; of an empty one the registry's.
  std::string level_of(const std::string& subject);
  [[nodiscard]] std::uint64_t requests() const noexcept { return requests_; }

 private:
  struct Answer {
    long status;
    std::string body;
  };
  Answer ask(const std::string& method, const std::string& path, const std::string& body = {});
  Answer ask_once(const std::string& method, const std::string& path, const std::string& body);
  http::Response send(const http::Request& request, bool again);
  void renew_token(bool refused);
  [[noreturn]] void refuse(const std::string& what, const Answer& answer) const;
  std::optional<std::int32_t> find(const std::string& subject, const std::string& schema);
  void require_compatible(const std::string& subject, const std::string& schema);
  [[noreturn]] void refuse_incompatible(const std::string& subject,
                                        const std::string& schema,
                                        std::vector<std::string> messages);
  std::optional<SchemaAnswer> version(const std::string& subject, const std::string& number);
  WriterSchemaPointer fetch(const Frame& frame);
  void add_references(const std::vector<Reference>& references,
                      const std::string& by,
                      std::map<std::string, bool>& done,
                      std::vector<std::string>& texts,
                      int depth);

  Settings settings_;
  ClientOptions options_;
  http::Client http_;
  std::map<std::string, std::int32_t, std::less<>> ids_;  // by subject and text
  std::map<std::string, WriterSchemaPointer> schemas_;    // by id or GUID
  struct Refusal {
    std::chrono::steady_clock::time_point when;
    std::string why;
  };
  std::map<std::string, Refusal> refused_;  // what could not be read with a moment ago
  std::optional<std::int64_t> token_ends_;  // unix time in milliseconds
  std::uint64_t requests_ = 0;
};

}  // namespace cdckit::registry
