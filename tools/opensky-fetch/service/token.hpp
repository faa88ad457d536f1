// OAuth2 client credentials: an id and a secret become a bearer token that is fetched
// when needed and kept until shortly before it ends.
#pragma once

#include "common/http/client.hpp"
#include "common/secrets/secret.hpp"

#include <chrono>
#include <string>
#include <string_view>

namespace cdckit::opensky_fetch {

class TokenSource {
 public:
  // An empty path: what OPENSKY_CLIENT_ID and OPENSKY_CLIENT_SECRET say; without them anonymous,
  // current() is empty. Throws config when the file is not {"clientId","clientSecret"}.
  TokenSource(const std::string& credentials_path, std::string auth_url);

  [[nodiscard]] bool anonymous() const noexcept { return body_.empty(); }
  // Throws PollError: permission when the server refuses the client, else as answer.hpp says.
  secrets::Secret current(http::Client& client, std::chrono::milliseconds timeout);
  // The server did not accept the token: the next current() gets a new one.
  void forget() noexcept { token_ = secrets::Secret(); }

 private:
  void accept(std::string_view answer);

  std::string auth_url_;
  secrets::Secret body_;  // the form that is posted
  secrets::Secret token_;
  std::chrono::steady_clock::time_point usable_until_{};
};

}  // namespace cdckit::opensky_fetch
