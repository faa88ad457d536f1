// One question to the live service, one answer: request, token, status, body.
#pragma once

#include "common/http/client.hpp"
#include "tools/opensky-fetch/feed/feed.hpp"
#include "tools/opensky-fetch/options.hpp"
#include "tools/opensky-fetch/rows/snapshot.hpp"
#include "tools/opensky-fetch/service/answer.hpp"
#include "tools/opensky-fetch/service/token.hpp"

#include <optional>
#include <string>

namespace cdckit::opensky_fetch {

class Poller {
 public:
  Poller(const Options& options, signals::StopToken stop);

  // True when the snapshot was new. Throws PollError for everything that was not an answer of the
  // promised shape; then nothing was delivered.
  bool poll(const Deliver& deliver);
  // Gets a token now; nothing to do without credentials. Throws PollError.
  void log_in();
  [[nodiscard]] bool anonymous() const noexcept { return tokens_.anonymous(); }
  // As the last answer said.
  [[nodiscard]] std::optional<std::uint64_t> credits() const noexcept { return credits_; }

 private:
  http::Response fetch();

  http::Client client_;
  TokenSource tokens_;
  SnapshotReader reader_;
  std::string url_;
  std::chrono::milliseconds timeout_;
  std::optional<std::uint64_t> credits_;
};

}  // namespace cdckit::opensky_fetch
