#include "common/snow/streaming_session.hpp"

#include "common/base/clock.hpp"
#include "common/http/url.hpp"
#include "common/snow/account.hpp"
#include "common/snow/key_pair.hpp"

#include <algorithm>
#include <utility>

namespace cdckit::snow {
namespace {

using base::ErrorKind;
using std::chrono::milliseconds;

constexpr std::int64_t kRenewWhenLeft = 60;
constexpr std::int64_t kAssumedLifetime = 600;
constexpr milliseconds kControlTimeout{10'000};
constexpr long kUnauthorized = 401;
constexpr long kForbidden = 403;

std::int64_t now_seconds() {
  return base::unix_milliseconds() / 1000;
}

}  // namespace

StreamingSession::StreamingSession(const ConnectionSettings& settings, StreamingOptions options)
    : settings_(settings),
      options_(std::move(options)),
      client_({.user_agent = options_.user_agent,
               .ca_file = settings_.ca_file,
               .allow_http = options_.allow_http,
               .stop = options_.stop}),
      authenticator_(settings_, true) {}

// The account's own host.
http::Response StreamingSession::control_call(http::Request& request, const std::string& what) {
  request.timeout = kControlTimeout;
  authenticator_.add_header(request.headers);
  for (int attempt = 0;; ++attempt) {
    request.bearer = authenticator_.token();
    http::Response response = client_.send(request);
    if (response.status == 200) return response;
    if (response.status != kUnauthorized && response.status != kForbidden) {
      throw stream_error(what, response.status, response.body);
    }
    if (attempt > 0) throw authenticator_.refused(what, response);
    authenticator_.renew();
  }
}

void StreamingSession::discover(StopPatience patience) {
  http::Request request;
  request.stop_patience = patience;
  request.url = base_url(settings_) + "/v2/streaming/hostname";
  const http::Response response = control_call(request, "ask for the streaming host");
  const HostAddress address = parse_hostname(response.body);
  if (!is_service_host(address.host)) {
    throw base::Error(ErrorKind::protocol,
                      "could not use streaming host \"" + address.host +
                          "\": it is neither Snowflake's nor loopback");
  }
  ConnectionSettings ingest;
  ingest.host = address.host;
  ingest.protocol = address.scheme.empty() ? settings_.protocol : address.scheme;
  ingest.port = address.port != 0 || !address.scheme.empty() ? address.port : settings_.port;
  ingest_host_ = address.host;
  ingest_url_ = base_url(ingest);
}

void StreamingSession::renew_scoped_token(StopPatience patience) {
  const std::string form =
      "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&scope=" +
      http::percent_encode(ingest_host_);
  http::Request request;
  request.method = "POST";
  request.stop_patience = patience;
  request.url = base_url(settings_) + "/oauth/token";
  request.headers = {"Content-Type: application/x-www-form-urlencoded"};
  request.body = form;
  const http::Response response = control_call(request, "get a streaming token");
  scoped_token_ = secrets::Secret(parse_token(response.body));
  const std::int64_t now = now_seconds();
  const std::int64_t expiry = token_expiry(scoped_token_.reveal());
  const std::int64_t lifetime = expiry > now ? expiry - now : kAssumedLifetime;
  renew_at_ = now + lifetime - std::min(kRenewWhenLeft, lifetime / 4);
}

// A key pair signs for a scoped token; other tokens go to the streaming host as they are.
void StreamingSession::prepare(StopPatience patience) {
  if (ingest_url_.empty()) discover(patience);
  if (!authenticator_.signs()) return;
  if (scoped_token_.empty() || now_seconds() >= renew_at_) renew_scoped_token(patience);
}

void StreamingSession::address(http::Request& request) {
  prepare({});
  request.url = ingest_url_ + request.url;
  if (authenticator_.signs()) {
    request.bearer = scoped_token_;
    return;
  }
  request.bearer = authenticator_.token();
  authenticator_.add_header(request.headers);
}

void StreamingSession::forget_token() {
  scoped_token_ = secrets::Secret();
  authenticator_.renew();
}

void StreamingSession::forget_host() {
  ingest_url_.clear();
  scoped_token_ = secrets::Secret();
}

// Nothing was taken yet that would have to be drained.
const std::string& StreamingSession::connect() {
  retry::run(
      options_.retry, options_.stop, [this] { prepare(milliseconds(0)); }, options_.on_retry);
  return ingest_url_;
}

}  // namespace cdckit::snow
