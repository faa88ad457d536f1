// One poll of the live service: its requests, the token, status and body of each answer.
#pragma once

#include "common/http/client.hpp"
#include "tools/opensky-fetch/recording/recorder.hpp"
#include "tools/opensky-fetch/request/queries.hpp"
#include "tools/opensky-fetch/rows/snapshot.hpp"
#include "tools/opensky-fetch/service/answer.hpp"
#include "tools/opensky-fetch/service/service_settings.hpp"
#include "tools/opensky-fetch/service/token.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace cdckit::opensky_fetch {

class Poller {
 public:
  Poller(RequestSettings request, ServiceSettings service, signals::StopToken stop);

  // True when the snapshot was new. Throws PollError for everything that was not an answer of the
  // promised shape; then nothing was delivered.
  bool poll(const Deliver& deliver);
  // Gets a token now; nothing to do without credentials. Throws PollError.
  void log_in();
  [[nodiscard]] bool anonymous() const noexcept { return tokens_.anonymous(); }
  // What the answers since the last call have cost, as the service's table has it.
  int take_spent() noexcept { return std::exchange(spent_, 0); }
  // As the last answer said.
  [[nodiscard]] std::optional<std::uint64_t> credits() const noexcept { return credits_; }

 private:
  http::Response fetch(const std::string& url);
  Part ask(const Query& query, std::string& body);
  void ask_all(const std::vector<Query>& queries);
  bool ask_again_where_older(const std::vector<Query>& queries);
  Snapshot assemble(std::int64_t now) const;
  bool deliver_recorded(const Deliver& deliver, const Snapshot& snapshot, std::int64_t now);

  RequestSettings request_;
  ServiceSettings service_;
  http::Client client_;
  TokenSource tokens_;
  AnswerReader reader_;
  std::vector<std::string> bodies_;  // of the poll at hand; parts_ point into them
  std::vector<Part> parts_;
  std::optional<Recorder> recorder_;
  std::optional<std::uint64_t> credits_;
  int spent_ = 0;
};

}  // namespace cdckit::opensky_fetch
