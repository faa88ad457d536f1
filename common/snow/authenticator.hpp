// What goes into the Authorization header of one connection: a token signed by its key pair (59
// minutes long, renewed when five are left), a programmatic access token, an OAuth token out of a
// file or of a program's mouth, or a workload's identity. Renewed when the server refused it. Not
// thread-safe.
#pragma once

#include "common/base/error.hpp"
#include "common/http/client.hpp"
#include "common/snow/connection_settings.hpp"
#include "common/snow/key_pair.hpp"

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace cdckit::snow {

class Authenticator {
 public:
  using Clock = std::function<std::int64_t()>;  // Unix seconds
  // `with_role`: the role travels inside the token, as the streaming service wants it.
  // Throws config for a key that cannot be used.
  Authenticator(const ConnectionSettings& settings, bool with_role);
  Authenticator(const ConnectionSettings& settings, KeyPair key, bool with_role, Clock clock);

  // Throws config or permission when there is none to be had.
  const secrets::Secret& token();
  void renew();
  // X-Snowflake-Authorization-Token-Type, where the kind of token is to be said.
  void add_header(std::vector<std::string>& headers) const;
  // By key pair: the streaming service then wants a scoped token.
  [[nodiscard]] bool signs() const noexcept { return key_.has_value(); }
  // Of the key, empty without one.
  [[nodiscard]] std::string fingerprint() const { return key_ ? key_->fingerprint() : ""; }
  // As the token's `iss` has it, empty without a key.
  [[nodiscard]] std::string issuer() const;
  // What to say when the server refused the login.
  [[nodiscard]] base::Error refused(const std::string& what, const http::Response& answer) const;

 private:
  void take_token();
  void read_key_again();

  ConnectionSettings settings_;
  std::optional<KeyPair> key_;
  Clock clock_;
  TokenClaims claims_;
  std::string user_;
  secrets::Secret token_;
  std::int64_t expires_at_ = 0;  // 0: not known
  bool rotates_ = false;         // the key is in a file, which may come to hold another one
  bool reads_key_again_ = false;
};

// The difference of the server's clock to ours in seconds, by the header Date; nothing without it.
std::optional<std::int64_t> clock_skew(const http::Response& answer, std::int64_t now);

}  // namespace cdckit::snow
