// A sign-in to Snowpipe Streaming: where its host is, and what goes into the Authorization header.
// Finding the host and getting a scoped token are calls of its own, which wait for their answers;
// the calls that carry rows are somebody else's. One thread.
#pragma once

#include "common/http/client.hpp"
#include "common/retry/retry.hpp"
#include "common/signals/stop.hpp"
#include "common/snow/authenticator.hpp"
#include "common/snow/connection_settings.hpp"
#include "common/snow/streaming_answer.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace cdckit::snow {

struct StreamingOptions {
  std::string user_agent = "cdckit";
  bool allow_http = false;
  retry::Policy retry{};
  retry::Observer on_retry{};  // called before each pause
  signals::StopToken stop{};   // ends connect() soon; what carries rows is drained
};

class StreamingSession {
 public:
  StreamingSession(const ConnectionSettings& settings, StreamingOptions options);

  // Finds the host and gets a token, which address() does by itself when needed: to learn early
  // whether the login is taken. The base URL of the streaming host. Tries again while the trouble
  // is transient; a stop ends it. Throws permission for a refused login.
  const std::string& connect();
  // Puts host and token into a request that has path and query only. One try; throws temporary when
  // the account's host is out of reach.
  void address(http::Request& request);
  // The token was refused: the next request gets a new one.
  void forget_token();
  // The service has moved: the next request asks for its host again.
  void forget_host();
  [[nodiscard]] const Authenticator& authenticator() const noexcept { return authenticator_; }

 private:
  using StopPatience = std::optional<std::chrono::milliseconds>;  // see http::Request
  http::Response control_call(http::Request& request, const std::string& what);
  void discover(StopPatience patience = {});
  void renew_scoped_token(StopPatience patience = {});
  void prepare(StopPatience patience);

  ConnectionSettings settings_;
  StreamingOptions options_;
  http::Client client_;
  Authenticator authenticator_;
  std::string ingest_url_;
  std::string ingest_host_;
  secrets::Secret scoped_token_;
  std::int64_t renew_at_ = 0;  // Unix seconds
};

}  // namespace cdckit::snow
