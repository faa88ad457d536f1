// What a status of the service means, and the one error type of a poll that failed.
#pragma once

#include "common/base/error.hpp"
#include "common/http/client.hpp"

#include <chrono>
#include <optional>
#include <string>

namespace cdckit::opensky_fetch {

class PollError : public base::Error {
 public:
  struct Cause {
    std::string label{};  // for metrics: status_503, rate_limited, html, truncated, timeout ...
    bool worth_retry = false;
    std::optional<std::chrono::seconds> wait{};  // what the server asks for
    std::string hint{};
  };
  PollError(base::ErrorKind kind, const std::string& message, const Cause& cause)
      : Error(kind, message, cause.hint), cause_(cause) {}
  [[nodiscard]] const Cause& cause() const noexcept { return cause_; }

 private:
  Cause cause_;
};

// Returns when the answer is 200 with something that may be JSON, throws PollError otherwise.
void judge(const http::Response& response, const std::string& url);
// The same for no answer at all.
PollError no_answer(const http::TransportError& error, const std::string& url);
// A 200 whose body is not what the service promises.
PollError not_understood(const std::string& reason, const std::string& url);
// Not asked at all: `reason` says why, and until when.
PollError held_back(const std::string& reason, const std::string& hint);
// The parts of one picture do not show the same instant.
PollError not_one_picture(std::size_t parts, const std::string& url);

// X-Rate-Limit-Remaining.
std::optional<std::uint64_t> credits_left(const http::Response& response);

}  // namespace cdckit::opensky_fetch
