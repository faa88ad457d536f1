// How a client proves who it is: what the settings say about it, what a refusal means, and
// OAUTHBEARER tokens that a command prints (KIP-255) or a provider gives. For this room only.
//
// Tokens are renewed by a thread of librdkafka's at four fifths of their life, whatever the
// client's owner does meanwhile. A renewal that fails while the last token still holds is tried
// again, and ends nothing.
#pragma once

#include "common/base/error.hpp"
#include "common/kafka/oidc.hpp"
#include "common/kafka/settings.hpp"

#include <optional>
#include <string>

// NOLINTBEGIN(readability-identifier-naming): the library's own names
struct rd_kafka_s;
struct rd_kafka_conf_s;
// NOLINTEND(readability-identifier-naming)

namespace cdckit::kafka {

struct Login {
  std::string mechanism = {};      // of SASL; empty: not said
  bool certificate = false;        // the client has one
  std::string token_command = {};  // empty: none
  std::optional<Oidc> oidc = {};
  [[nodiscard]] bool gets_tokens() const { return oidc || !token_command.empty(); }
};
// Throws as oidc_of() does.
Login login_of(const Settings& settings);

// The error when librdkafka's report says that the broker refused the login, or the TLS handshake
// of this client; nothing for other trouble.
std::optional<base::Error> refused_login(int code, const std::string& reason, const Login& login);

// Whether the settings need tokens that are renewed.
bool uses_tokens(const rd_kafka_conf_s* config);
// librdkafka's oauthbearer_token_refresh_cb; `opaque` is a ClientState.
void renew_token(rd_kafka_s* handle, const char* settings, void* opaque);

}  // namespace cdckit::kafka
