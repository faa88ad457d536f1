// A login token as a command printed it, or a server gave it. Follows RFC 7519 where the token is a
// JWT.
#pragma once

#include "common/secrets/secret.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace cdckit::token {

struct Token {
  secrets::Secret text;
  std::optional<std::int64_t> expires_at_ms;  // since 1970; nothing: not said
  std::string principal;                      // empty: not said
};

// The token itself, or `{"token":..,"expires_at":..,"principal":..}` (expires_at as RFC 3339 or in
// unix seconds); what that leaves out is looked for in the token, if it is a JWT: `exp` and `sub`.
// Throws permission for an object without a token.
Token parse_token(std::string_view output);

// What an OAuth server answers (RFC 6749, 5.1): access_token, and expires_in or the token's own
// end. Throws permission when there is no token in it.
Token parse_token_answer(std::string_view body);

// Runs the command: see command_output and parse_token for what is thrown.
Token get_token(const std::string& command,
                std::chrono::milliseconds limit = std::chrono::seconds(30));

}  // namespace cdckit::token
