#include "common/http/failure.hpp"

#include "common/base/text.hpp"

#include <string_view>

#include <fmt/format.h>

namespace cdckit::http {
namespace {

Failure failure_of(CURLcode code, const std::string& refusal) {
  if (!refusal.empty()) return Failure::certificate;
  switch (code) {
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_CONNECT:
    case CURLE_SSL_CONNECT_ERROR:
      return Failure::connect;
    case CURLE_OPERATION_TIMEDOUT:
      return Failure::timeout;
    case CURLE_PARTIAL_FILE:
    case CURLE_GOT_NOTHING:
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
    case CURLE_HTTP2:
    case CURLE_HTTP2_STREAM:
      return Failure::truncated;
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_INVALIDCERTSTATUS:
      return Failure::untrusted;
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_CRL_BADFILE:
    case CURLE_SSL_CERTPROBLEM:
      return Failure::tls;
    case CURLE_WRITE_ERROR:
      return Failure::too_long;
    case CURLE_ABORTED_BY_CALLBACK:
      return Failure::stopped;
    default:
      return Failure::protocol;
  }
}

base::ErrorKind kind_of(Failure failure) {
  switch (failure) {
    case Failure::tls:
      return base::ErrorKind::config;
    case Failure::untrusted:
    case Failure::certificate:
      return base::ErrorKind::permission;
    case Failure::too_long:
    case Failure::protocol:
      return base::ErrorKind::protocol;
    default:
      return base::ErrorKind::temporary;
  }
}

// The query is left out: it may be long, and may hold what does not belong into a log.
std::string place_of(const Request& request) {
  return secrets::scrub(request.url.substr(0, request.url.find('?')));
}

std::string reason_of(Failure failure,
                      CURLcode code,
                      const Request& request,
                      const std::string& detail,
                      const std::string& refusal) {
  switch (failure) {
    case Failure::timeout:
      return fmt::format("no whole answer within {}", base::format_duration(request.timeout));
    case Failure::too_long:
      return fmt::format("the answer is longer than {}",
                         base::format_size(request.max_answer_bytes));
    case Failure::stopped:
      return "stopped";
    case Failure::certificate:
      return "the server refused the client's certificate, or there was none: " + refusal;
    case Failure::truncated:
      return fmt::format("the answer was cut off: {}",
                         detail.empty() ? curl_easy_strerror(code) : detail);
    default:
      return detail.empty() ? curl_easy_strerror(code) : detail;
  }
}

}  // namespace

std::string_view to_text(Failure failure) noexcept {
  switch (failure) {
    case Failure::connect:
      return "connect";
    case Failure::timeout:
      return "timeout";
    case Failure::truncated:
      return "truncated";
    case Failure::untrusted:
      return "untrusted";
    case Failure::tls:
      return "tls";
    case Failure::certificate:
      return "certificate";
    case Failure::too_long:
      return "too_long";
    case Failure::stopped:
      return "stopped";
    case Failure::protocol:
      return "protocol";
  }
  return "unknown";
}

TransportError proxy_error(long status, const Request& request) {
  constexpr long kNeedsLogin = 407;
  const bool needs_login = status == kNeedsLogin;
  const bool refuses = needs_login || status == 401 || status == 403;
  return {
      refuses ? base::ErrorKind::permission : base::ErrorKind::temporary,
      fmt::format("could not reach \"{}\": the proxy {} ({})",
                  place_of(request),
                  needs_login ? "wants a login" : "lets nothing through",
                  status),
      needs_login ? "Put name and password into HTTPS_PROXY: http://NAME:PASSWORD@HOST:PORT." : "",
      Failure::connect};
}

TransportError transport_error(CURLcode code,
                               const Request& request,
                               const std::string& detail,
                               const std::string& refusal) {
  const Failure failure = failure_of(code, refusal);
  return {kind_of(failure),
          fmt::format("could not {} \"{}\": {}",
                      request.method == "GET" ? "fetch" : "send to",
                      place_of(request),
                      reason_of(failure, code, request, detail, refusal)),
          failure == Failure::untrusted
              ? "Name the certificate authority's file if it is a private one."
              : "",
          failure};
}

}  // namespace cdckit::http
