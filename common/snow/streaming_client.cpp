#include "common/snow/streaming_client.hpp"

#include "common/base/clock.hpp"
#include "common/http/url.hpp"
#include "common/snow/account.hpp"
#include "common/snow/identifiers.hpp"

#include <algorithm>
#include <thread>
#include <utility>

#include <nlohmann/json.hpp>

namespace cdckit::snow {
namespace {

using base::ErrorKind;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr std::int64_t kRenewWhenLeft = 60;
constexpr std::int64_t kAssumedLifetime = 600;
constexpr long kUnauthorized = 401;
constexpr long kForbidden = 403;

std::int64_t now_seconds() {
  return base::unix_milliseconds() / 1000;
}

bool any_body(const http::Response& /*response*/) {
  return true;
}

}  // namespace

StreamingClient::StreamingClient(const ConnectionSettings& settings, StreamingOptions options)
    : settings_(settings),
      options_(std::move(options)),
      client_({.user_agent = options_.user_agent,
               .ca_file = settings_.ca_file,
               .allow_http = options_.allow_http}),
      authenticator_(settings_, true) {}

void StreamingClient::pause_after(const base::Error& error,
                                  retry::Backoff& backoff,
                                  steady_clock::time_point first_failure) const {
  const auto waited = std::chrono::duration_cast<milliseconds>(steady_clock::now() - first_failure);
  const milliseconds pause = backoff.next(waited);
  if (pause.count() < 0) throw;  // only called from a catch block
  if (options_.on_retry) options_.on_retry(error, pause);
  if (!options_.sleep) {
    std::this_thread::sleep_for(pause);
  } else if (options_.sleep(pause)) {
    throw;
  }
}

// The account's own host, signed by the key.
http::Response StreamingClient::control_call(http::Request& request, const std::string& what) {
  request.headers.emplace_back("X-Snowflake-Authorization-Token-Type: KEYPAIR_JWT");
  for (int attempt = 0;; ++attempt) {
    request.bearer = authenticator_.token();
    http::Response response = client_.send(request);
    if (response.status == 200) return response;
    if (response.status != kUnauthorized && response.status != kForbidden) {
      throw stream_error(what, response.status, response.body);
    }
    if (attempt > 0) {
      throw authenticator_.refused(what, "HTTP " + std::to_string(response.status));
    }
    authenticator_.renew();
  }
}

void StreamingClient::discover() {
  http::Request request;
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

void StreamingClient::renew_scoped_token() {
  const std::string form =
      "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Ajwt-bearer&scope=" +
      http::percent_encode(ingest_host_);
  http::Request request;
  request.method = "POST";
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

// One try of a data call; a refused token is renewed once (the service says 401 or 403).
http::Response StreamingClient::attempt(http::Request& request, const std::string& what) {
  const std::string path = request.url;
  for (int attempt = 0;; ++attempt) {
    if (ingest_url_.empty()) discover();
    if (scoped_token_.empty() || now_seconds() >= renew_at_) renew_scoped_token();
    request.url = ingest_url_ + path;
    request.bearer = scoped_token_;
    http::Response response = client_.send(request);
    request.url = path;
    const bool refused = response.status == kUnauthorized || response.status == kForbidden;
    if (!refused) return response;
    if (attempt > 0) throw authenticator_.refused(what, "HTTP " + std::to_string(response.status));
    scoped_token_ = secrets::Secret();
  }
}

// Takes the step again while the trouble is transient; `count` is how often it was taken before.
void StreamingClient::repeat(const std::function<void(int count)>& step) {
  retry::Backoff backoff(options_.retry);
  steady_clock::time_point first_failure{};
  for (int count = 0;; ++count) {
    try {
      step(count);
      return;
    } catch (const base::Error& error) {
      if (!error.retryable()) throw;
      const auto* fault = dynamic_cast<const StreamError*>(&error);
      if (fault != nullptr && fault->fault() == StreamFault::moved) ingest_url_.clear();
      if (first_failure == steady_clock::time_point{}) first_failure = steady_clock::now();
      pause_after(error, backoff, first_failure);
    }
  }
}

// `request.url` is path and query: the host may change between two tries.
http::Response StreamingClient::send(http::Request& request,
                                     const std::string& what,
                                     const std::function<bool(const http::Response&)>& is_whole) {
  const std::string path = request.url + (request.url.find('?') == std::string::npos ? "?" : "&") +
                           "requestId=" + base::random_uuid();
  http::Response response;
  repeat([&](int count) {
    request.url = path + "&retryCount=" + std::to_string(count);
    response = attempt(request, what);
    if (response.status != 200) throw stream_error(what, response.status, response.body);
    if (!is_whole(response)) {
      throw StreamError(
          StreamFault::transient, "could not " + what + ": the answer is no JSON", "");
    }
  });
  return response;
}

std::string StreamingClient::pipe_path(const PipeAddress& pipe) const {
  return "databases/" + path_name(pipe.database) + "/schemas/" + path_name(pipe.schema) +
         "/pipes/" + path_name(pipe.pipe);
}

OpenedChannel StreamingClient::open(const PipeAddress& pipe, const std::string& channel) {
  http::Request request;
  request.method = "PUT";
  request.url = "/v2/streaming/" + pipe_path(pipe) + "/channels/" + http::percent_encode(channel);
  request.headers = {"Content-Type: application/json"};
  request.body = R"({"fail_on_uncommitted_rows":true})";
  const http::Response response =
      send(request,
           "open channel \"" + channel + "\" of pipe \"" + pipe.pipe + "\"",
           [](const http::Response& answer) { return parse_opened(answer.body).has_value(); });
  return parse_opened(response.body).value();
}

std::string StreamingClient::append(const PipeAddress& pipe,
                                    const std::string& channel,
                                    const AppendRequest& rows) {
  http::Request request;
  request.method = "POST";
  request.url = "/v2/streaming/data/" + pipe_path(pipe) + "/channels/" +
                http::percent_encode(channel) +
                "/rows?continuationToken=" + http::percent_encode(rows.continuation_token) +
                "&startOffsetToken=" + http::percent_encode(rows.start_token) +
                "&endOffsetToken=" + http::percent_encode(rows.end_token);
  request.headers = {
      "Content-Type: application/x-ndjson",
      "Content-Encoding: zstd",
      "x-snowflake-uncompressed-content-length: " + std::to_string(rows.uncompressed_bytes)};
  request.body = rows.body;
  const http::Response response =
      send(request,
           "append to channel \"" + channel + "\" of pipe \"" + pipe.pipe + "\"",
           [](const http::Response& answer) { return parse_appended(answer.body).has_value(); });
  return parse_appended(response.body).value();
}

std::map<std::string, ChannelStatus> StreamingClient::status(
    const PipeAddress& pipe, const std::vector<std::string>& channels) {
  const std::string body = nlohmann::json{{"channel_names", channels}}.dump();
  http::Request request;
  request.method = "POST";
  request.url = "/v2/streaming/" + pipe_path(pipe) + ":bulk-channel-status";
  request.headers = {"Content-Type: application/json"};
  request.body = body;
  const http::Response response = send(
      request, "ask for the state of pipe \"" + pipe.pipe + "\"", [](const http::Response& answer) {
        return parse_statuses(answer.body).has_value();
      });
  return parse_statuses(response.body).value();
}

void StreamingClient::drop(const PipeAddress& pipe, const std::string& channel) {
  http::Request request;
  request.method = "DELETE";
  request.url = "/v2/streaming/" + pipe_path(pipe) + "/channels/" + http::percent_encode(channel);
  send(request, "drop channel \"" + channel + "\" of pipe \"" + pipe.pipe + "\"", any_body);
}

const std::string& StreamingClient::connect() {
  repeat([this](int /*count*/) {
    if (ingest_url_.empty()) discover();
    if (scoped_token_.empty()) renew_scoped_token();
  });
  return ingest_url_;
}

}  // namespace cdckit::snow
