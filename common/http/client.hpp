// HTTP over libcurl, whose types stay in this room. One Client keeps connections alive for one
// thread. It judges transport only: any status is a Response; no whole answer throws
// TransportError (temporary, so worth a retry, except for TLS and protocol trouble).
// https is required except for loopback hosts, unless allow_http. Redirects are not followed
// unless asked; the Authorization header never travels to another origin.
#pragma once

#include "common/base/error.hpp"
#include "common/http/url.hpp"
#include "common/secrets/secret.hpp"
#include "common/signals/stop.hpp"

#include <chrono>
#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace cdckit::http {

struct Request {
  std::string method = "GET";
  std::string url{};
  std::vector<std::string> headers{};  // "Name: value", never secrets
  secrets::Secret bearer{};            // sent as Authorization: Bearer, empty: none
  std::string_view body{};  // must outlive send(); sent for POST, PUT and PATCH, also empty
  std::chrono::milliseconds timeout{30'000};
  bool follow_redirects = false;
  bool accept_compressed = true;
  std::size_t max_answer_bytes = 512U << 20U;  // after decompression
};

struct Response {
  long status = 0;
  std::string url;  // what answered, after the redirects that were followed
  std::string body;
  std::map<std::string, std::string> headers;  // names in lower case
  [[nodiscard]] std::string header(const std::string& lower_case_name) const;
  // How long the header Retry-After asks to wait from now on (see retry_after.hpp).
  [[nodiscard]] std::optional<std::chrono::seconds> retry_after() const;
};

// Why there was no whole answer.
enum class Failure { connect, timeout, truncated, tls, too_long, stopped, protocol };
std::string_view to_text(Failure failure) noexcept;

class TransportError : public base::Error {
 public:
  TransportError(base::ErrorKind kind,
                 const std::string& message,
                 std::string hint,
                 Failure failure)
      : Error(kind, message, std::move(hint)), failure_(failure) {}
  [[nodiscard]] Failure failure() const noexcept { return failure_; }

 private:
  Failure failure_;
};

struct ClientOptions {
  std::string user_agent = "cdckit";
  std::string ca_file{};  // empty: the system's
  bool allow_http = false;
  signals::StopToken stop{};
  // A stop ends a transfer at once (Failure::stopped): for pollers. Sinks drain, so they leave it.
  bool abort_on_stop = false;
};

class Client {
 public:
  explicit Client(ClientOptions options);
  ~Client();
  Client(Client&&) noexcept;
  // Throws config for an unsafe URL, TransportError when no whole answer came.
  Response send(const Request& request);

 private:
  struct Implementation;
  std::unique_ptr<Implementation> implementation_;
};

}  // namespace cdckit::http
