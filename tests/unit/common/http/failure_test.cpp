#include "common/http/failure.hpp"

#include <doctest/doctest.h>

namespace cdckit::http {
namespace {

Request request_of(const std::string& url) {
  Request request;
  request.url = url;
  return request;
}

}  // namespace

TEST_CASE("what may pass by itself is temporary, what will not is not") {
  const Request request = request_of("https://example.org/x");
  CHECK(transport_error(CURLE_COULDNT_CONNECT, request, "").retryable());
  CHECK(transport_error(CURLE_OPERATION_TIMEDOUT, request, "").retryable());
  CHECK(transport_error(CURLE_PARTIAL_FILE, request, "").retryable());
  CHECK(transport_error(CURLE_PEER_FAILED_VERIFICATION, request, "").kind() ==
        base::ErrorKind::permission);
  CHECK(transport_error(CURLE_SSL_CACERT_BADFILE, request, "").kind() == base::ErrorKind::config);
  CHECK(transport_error(CURLE_WEIRD_SERVER_REPLY, request, "").kind() == base::ErrorKind::protocol);
}

TEST_CASE("a client's certificate that is refused or missing is no trouble of the network") {
  const Request request = request_of("https://example.org/x");
  for (const auto code : {CURLE_RECV_ERROR, CURLE_SEND_ERROR, CURLE_SSL_CONNECT_ERROR}) {
    const auto error = transport_error(code, request, "Broken pipe", "alert certificate required");
    CHECK(error.kind() == base::ErrorKind::permission);
    CHECK(to_text(error.failure()) == "certificate");
    CHECK(std::string(error.what()).ends_with("alert certificate required"));
  }
  CHECK(transport_error(CURLE_RECV_ERROR, request, "Connection reset by peer").retryable());
}

TEST_CASE("the message names the place without its query, and the reason") {
  const auto error = transport_error(
      CURLE_COULDNT_CONNECT, request_of("https://example.org/x?token=abc"), "refused");
  CHECK(std::string(error.what()) == "could not fetch \"https://example.org/x\": refused");
  CHECK(to_text(error.failure()) == "connect");
}

TEST_CASE("a proxy that refuses is no trouble of the network, one that cannot now is") {
  Request request;
  request.url = "https://service.example/path?token=secret";
  CHECK(http::proxy_error(407, request).kind() == base::ErrorKind::permission);
  CHECK(std::string(http::proxy_error(407, request).what()) ==
        "could not reach \"https://service.example/path\": the proxy wants a login (407)");
  CHECK(http::proxy_error(403, request).kind() == base::ErrorKind::permission);
  CHECK(http::proxy_error(502, request).retryable());
}

TEST_CASE("a timeout says how long it waited") {
  Request request = request_of("https://example.org/");
  request.method = "POST";
  request.timeout = std::chrono::seconds(5);
  CHECK(std::string(transport_error(CURLE_OPERATION_TIMEDOUT, request, "").what()) ==
        "could not send to \"https://example.org/\": no whole answer within 5s");
}

}  // namespace cdckit::http
