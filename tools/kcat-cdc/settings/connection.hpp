// How the brokers are reached: -b, -F and -X become librdkafka's properties. A property that the
// guarantees hang on is the tool's: given by the user it must have the value that the tool sets.
// Reads files, talks to nobody.
#pragma once

#include "common/kafka/settings.hpp"
#include "common/registry/settings.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace cdckit::kcat_cdc {

struct ConnectionOptions {
  std::string brokers;
  std::string properties_file;        // -F
  std::vector<std::string> settings;  // -X
  std::string token_command;
  std::string registry;  // URL of the Schema Registry
  std::string registry_token_command;
  std::string ca_file;      // over HTTPS; a property that names one for the registry or OIDC wins
  bool allow_http = false;  // URLs of other hosts
  std::chrono::milliseconds retry_for{60'000};
};

// Throws usage: brokers missing, a secret among the arguments.
void check_connection(const ConnectionOptions& options);

// A property that is the tool's, and what it is set to.
struct Owned {
  std::string name;
  std::string value;
  std::string flag = {};  // what sets it; empty: nothing does
};
std::vector<Owned> owned_by_producer(const std::string& transactional_id = {},
                                     const std::string& partitioner = {});
// `group` and `isolation` as the flags say (`committed`).
std::vector<Owned> owned_by_consumer(const std::string& group, const std::string& isolation);
// By a command that is about a group, if it is.
std::vector<Owned> owned_by_group(const std::string& group);

// The properties of -F, then those of -X, then the brokers; without those of `owned`. A token
// command means SASL_SSL with OAUTHBEARER unless the properties say otherwise. Throws usage
// when one of these has another value, config for a file that cannot be read.
kafka::Settings resolve(const ConnectionOptions& options, const std::vector<Owned>& owned);

// The Schema Registry that --registry and the properties `schema.registry.*` of -F and -X name;
// nothing without a URL. Throws like resolve().
std::optional<registry::Settings> registry_of(const ConnectionOptions& options);
// Throws config for one that would be asked in the clear over the network.
void require_safe_registry(const ConnectionOptions& options);

}  // namespace cdckit::kcat_cdc
