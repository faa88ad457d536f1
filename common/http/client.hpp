// HTTP over libcurl, whose types stay in this room. One Client keeps connections alive for one
// thread. It judges transport only: any status is a Response; no whole answer throws
// TransportError (temporary, so worth a retry, except for TLS, certificates and protocol trouble).
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
  secrets::Secret basic{};  // user:password, sent as Authorization: Basic when there is no bearer
  std::string_view body{};  // must outlive send(); sent for POST, PUT and PATCH, also empty
  std::chrono::milliseconds timeout{30'000};
  bool follow_redirects = false;
  bool accept_compressed = true;
  std::size_t max_answer_bytes = 512U << 20U;  // after decompression
  // After a stop the answer is awaited no longer than this (Failure::stopped). Nothing: what is
  // drained has its whole time.
  std::optional<std::chrono::milliseconds> stop_patience{};
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

// Why there was no whole answer. untrusted: their certificate is not to be believed; certificate:
// they do not believe ours, or want one; tls: a file of certificates or keys cannot be used.
enum class Failure {
  connect,
  timeout,
  truncated,
  untrusted,
  certificate,
  tls,
  too_long,
  stopped,
  protocol
};
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
  std::string ca_file{};           // empty: SSL_CERT_FILE, else the system's
  std::string certificate_file{};  // of the client, PEM; empty: none
  std::string key_file{};          // of that certificate; empty: it stands in its file
  secrets::Secret key_password{};
  bool allow_http = false;
  signals::StopToken stop{};
  bool abort_on_stop = false;  // at once, whatever the request says: for pollers
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
