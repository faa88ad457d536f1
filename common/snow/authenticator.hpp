// Signs the tokens of one connection and keeps the current one: 59 minutes long, renewed when five
// are left or when the server refused it. Not thread-safe.
#pragma once

#include "common/base/error.hpp"
#include "common/snow/connection_settings.hpp"
#include "common/snow/key_pair.hpp"

#include <cstdint>
#include <functional>
#include <string>

namespace cdckit::snow {

class Authenticator {
 public:
  using Clock = std::function<std::int64_t()>;  // Unix seconds
  // `with_role`: the role travels inside the token, as the streaming service wants it.
  Authenticator(const ConnectionSettings& settings, bool with_role);
  Authenticator(const ConnectionSettings& settings, KeyPair key, bool with_role, Clock clock);

  const secrets::Secret& token();
  void renew();
  [[nodiscard]] const std::string& fingerprint() const noexcept { return key_.fingerprint(); }
  // What to say when the server refused the login.
  [[nodiscard]] base::Error refused(const std::string& what, const std::string& why) const;

 private:
  KeyPair key_;
  Clock clock_;
  TokenClaims claims_;
  std::string user_;
  secrets::Secret token_;
};

}  // namespace cdckit::snow
