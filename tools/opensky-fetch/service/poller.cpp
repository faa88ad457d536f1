#include "tools/opensky-fetch/service/poller.hpp"

#include "common/base/clock.hpp"
#include "common/ndjson/reader.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace cdckit::opensky_fetch {
namespace {

// How often the older parts of a picture are asked for again.
constexpr int kMostRounds = 2;

http::ClientOptions client_options(const ServiceSettings& service, signals::StopToken stop) {
  http::ClientOptions chosen;
  chosen.user_agent = "cdckit-opensky-fetch/" CDCKIT_VERSION;
  chosen.ca_file = service.ca_file;
  chosen.allow_http = service.allow_http;
  chosen.stop = stop;
  chosen.abort_on_stop = true;  // a poll promises nothing to anybody
  return chosen;
}

// No flights in the window, no track of the flight: the service has no other words for it.
bool says_nothing_found(const http::Response& response, Endpoint endpoint) {
  return endpoint != Endpoint::states && response.status == 404 && response.body.empty();
}

}  // namespace

Poller::Poller(RequestSettings request, ServiceSettings service, signals::StopToken stop)
    : request_(std::move(request)),
      service_(std::move(service)),
      client_(client_options(service_, stop)),
      tokens_(service_.credentials, service_.auth_url),
      reader_(request_.endpoint) {
  if (!service_.record.empty()) recorder_.emplace(service_.record, request_.endpoint);
}

void Poller::log_in() {
  try {
    (void)tokens_.current(client_, service_.timeout);
  } catch (const http::TransportError& error) {
    throw no_answer(error, service_.auth_url);
  }
}

http::Response Poller::fetch(const std::string& url) {
  http::Request request;
  request.url = url;
  request.timeout = service_.timeout;
  request.follow_redirects = true;
  request.bearer = tokens_.current(client_, service_.timeout);
  http::Response response = client_.send(request);
  if (response.status == 401 && !tokens_.anonymous()) {  // the token may have ended early
    tokens_.forget();
    request.bearer = tokens_.current(client_, service_.timeout);
    response = client_.send(request);
  }
  return response;
}

Part Poller::ask(const Query& query, std::string& body) {
  try {
    http::Response response = fetch(query.url);
    if (const auto credits = credits_left(response)) credits_ = credits;
    if (response.status == 200 || response.status == 404) spent_ += query.credits;
    if (says_nothing_found(response, request_.endpoint)) {
      body = "null";
    } else {
      judge(response, query.url);
      body = std::move(response.body);
    }
    const std::size_t size = body.size();
    body.append(ndjson::kPadding, '\0');
    return reader_.read(std::string_view(body).substr(0, size));
  } catch (const http::TransportError& error) {
    throw no_answer(error, query.url);
  } catch (const Malformed& error) {
    throw not_understood(error.what(), query.url);
  }
}

void Poller::ask_all(const std::vector<Query>& queries) {
  bodies_.assign(queries.size(), {});
  parts_.assign(queries.size(), {});
  for (std::size_t i = 0; i < queries.size(); ++i) parts_[i] = ask(queries[i], bodies_[i]);
}

// The picture may change between two requests. An aircraft that flew from one box to the other in
// the meantime would be in neither, so all parts have to show the same instant. True when they do.
bool Poller::ask_again_where_older(const std::vector<Query>& queries) {
  std::int64_t newest = 0;
  for (const Part& part : parts_) newest = std::max(newest, part.time);
  bool same = true;
  for (std::size_t i = 0; i < parts_.size(); ++i) {
    if (parts_[i].time == newest) continue;
    same = false;
    parts_[i] = ask(queries[i], bodies_[i]);
  }
  return same;
}

Snapshot Poller::assemble(std::int64_t now) const {
  Snapshot snapshot;
  snapshot.time = request_.endpoint == Endpoint::states ? parts_.front().time : now;
  for (const Part& part : parts_) snapshot.parts.push_back(part.content);
  return snapshot;
}

// Recorded first, so that nothing is ever printed that the recording lacks.
bool Poller::deliver_recorded(const Deliver& deliver, const Snapshot& snapshot, std::int64_t now) {
  if (!recorder_) return deliver(snapshot);
  std::vector<std::string_view> answers;
  for (const std::string& body : bodies_)
    answers.push_back(std::string_view(body).substr(0, body.size() - ndjson::kPadding));
  recorder_->store(now, answers);
  try {
    if (deliver(snapshot)) return true;
  } catch (const Malformed&) {
    recorder_->discard();
    throw;
  }
  recorder_->discard();
  return false;
}

bool Poller::poll(const Deliver& deliver) {
  const std::int64_t now = base::unix_milliseconds();
  const std::vector<Query> queries = queries_of(request_, now / 1000);
  ask_all(queries);
  bool same = request_.endpoint != Endpoint::states;
  for (int round = 0; !same && round <= kMostRounds; ++round) same = ask_again_where_older(queries);
  if (!same) throw not_one_picture(queries.size(), queries.front().url);
  try {
    return deliver_recorded(deliver, assemble(now / 1000), now);
  } catch (const Malformed& error) {
    throw not_understood(error.what(), queries.front().url);
  }
}

}  // namespace cdckit::opensky_fetch
