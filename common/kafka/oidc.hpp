// Tokens of an OpenID provider for SASL/OAUTHBEARER, by the grant of client credentials (RFC 6749,
// 4.4) and under librdkafka's own property names (KIP-768). Debian's librdkafka is built without
// it, so that it is done here for all. For this room only.
#pragma once

#include "common/kafka/settings.hpp"
#include "common/secrets/secret.hpp"
#include "common/token/token.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cdckit::kafka {

struct Oidc {
  std::string endpoint;
  std::string client_id;
  secrets::Secret client_secret;
  std::string scope;    // empty: none is asked for
  std::string ca_file;  // of the provider; empty: the system's
  bool allow_http = false;
  std::vector<std::pair<std::string, std::string>> extensions;
};

// Nothing without sasl.oauthbearer.method=oidc. Throws config for a property that is missing or
// cannot be read.
std::optional<Oidc> oidc_of(const Settings& settings);
// Whether the property is for oidc_of() alone.
bool is_oidc_property(std::string_view name);
// Asks the provider. Throws permission when it refuses, temporary when it does not answer, config
// for an endpoint that no secret may be sent to.
token::Token fetch_token(const Oidc& oidc);

}  // namespace cdckit::kafka
