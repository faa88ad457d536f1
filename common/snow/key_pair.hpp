// An RSA key pair and the tokens (JWT, RS256) it signs for Snowflake's key-pair sign-in. OpenSSL
// stays in the .cpp; the private key never leaves the object. Throws config for a key that cannot
// be used, permission for a passphrase that does not fit; messages name the file, never its
// content.
#pragma once

#include "common/snow/connection_settings.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace cdckit::snow {

struct TokenClaims {
  std::string account;  // as token_account() gives it
  std::string user;
  std::string role;             // empty: the user's default
  std::int64_t issued_at = 0;   // Unix seconds
  std::int64_t expires_at = 0;  // at most an hour later
};

class KeyPair {
 public:
  // PKCS#8 or PKCS#1 PEM, `passphrase` for an encrypted one; line breaks that were lost on the way
  // (the characters \n, blanks, all on one line) are put back. `source` names it in messages.
  KeyPair(const secrets::Secret& pem, const secrets::Secret& passphrase, const std::string& source);
  // The key that the connection names; warns when others may read the file.
  static KeyPair load(const ConnectionSettings& settings);

  // SHA256:base64 over the DER public key, as DESC USER shows it.
  [[nodiscard]] const std::string& fingerprint() const noexcept { return fingerprint_; }
  [[nodiscard]] secrets::Secret sign(const TokenClaims& claims) const;

 private:
  struct Key;
  std::shared_ptr<const Key> key_;
  std::string fingerprint_;
};

// The `exp` of any JWT in Unix seconds, 0 when there is none to be found.
std::int64_t token_expiry(std::string_view token);

}  // namespace cdckit::snow
