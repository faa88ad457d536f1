#include "tools/opensky-fetch/service/poller.hpp"

#include "common/ndjson/reader.hpp"
#include "tools/opensky-fetch/request/request_url.hpp"

namespace cdckit::opensky_fetch {
namespace {

http::ClientOptions client_options(const Options& options, signals::StopToken stop) {
  http::ClientOptions chosen;
  chosen.user_agent = "cdckit-opensky-fetch/" CDCKIT_VERSION;
  chosen.allow_http = options.allow_http;
  chosen.stop = stop;
  chosen.abort_on_stop = true;  // a poll promises nothing to anybody
  return chosen;
}

}  // namespace

Poller::Poller(const Options& options, signals::StopToken stop)
    : client_(client_options(options, stop)),
      tokens_(options.credentials, options.auth_url),
      url_(poll_url(options)),
      timeout_(options.timeout) {}

void Poller::log_in() {
  try {
    (void)tokens_.current(client_, timeout_);
  } catch (const http::TransportError& error) {
    throw no_answer(error, url_);
  }
}

http::Response Poller::fetch() {
  http::Request request;
  request.url = url_;
  request.timeout = timeout_;
  request.follow_redirects = true;
  request.bearer = tokens_.current(client_, timeout_);
  http::Response response = client_.send(request);
  if (response.status == 401 && !tokens_.anonymous()) {  // the token may have ended early
    tokens_.forget();
    request.bearer = tokens_.current(client_, timeout_);
    response = client_.send(request);
  }
  return response;
}

bool Poller::poll(const Deliver& deliver) {
  try {
    http::Response response = fetch();
    if (const auto credits = credits_left(response)) credits_ = credits;
    judge(response, url_);
    const std::size_t size = response.body.size();
    response.body.append(ndjson::kPadding, '\0');
    return deliver(reader_.read(std::string_view(response.body).substr(0, size)));
  } catch (const http::TransportError& error) {
    throw no_answer(error, url_);
  } catch (const Malformed& error) {
    throw not_understood(error.what(), url_);
  }
}

}  // namespace cdckit::opensky_fetch
