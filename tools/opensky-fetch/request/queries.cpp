#include "tools/opensky-fetch/request/queries.hpp"

#include "common/base/error.hpp"
#include "common/http/url.hpp"
#include "tools/opensky-fetch/request/cost.hpp"
#include "tools/opensky-fetch/request/window.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace cdckit::opensky_fetch {
namespace {

constexpr std::size_t kMostQueries = 1000;

void add(std::string& url, std::string_view name, std::string_view value) {
  url += url.find('?') == std::string::npos ? '?' : '&';
  url += name;
  url += '=';
  url += http::percent_encode(value);
}

std::string address_of(const RequestSettings& request, std::string_view path) {
  std::string url = request.url;
  while (url.ends_with('/')) url.pop_back();
  return url.append(path);
}

void add_box(std::string& url, const Box& box) {
  const auto& [south, west, north, east] = box.texts;
  add(url, "lamin", south);
  add(url, "lomin", west);
  add(url, "lamax", north);
  add(url, "lomax", east);
}

int cost_of_states(const RequestSettings& request, const Box* box) {
  if (request.own) return 0;
  return box == nullptr ? kCostOfTheWorld : cost_of_area(square_degrees(*box));
}

Query states_query(const RequestSettings& request, const Box* box) {
  std::string url = address_of(request, request.own ? "/states/own" : "/states/all");
  if (box != nullptr) add_box(url, *box);
  for (const std::string& address : request.icao24) add(url, "icao24", address);
  for (const std::string& serial : request.serials) add(url, "serials", serial);
  if (request.extended) add(url, "extended", "1");
  return {std::move(url), cost_of_states(request, box)};
}

std::vector<Query> states_queries(const RequestSettings& request) {
  if (request.boxes.empty()) return {states_query(request, nullptr)};
  std::vector<Query> queries;
  for (const Box& box : request.boxes) queries.push_back(states_query(request, &box));
  return queries;
}

std::vector<Query> track_queries(const RequestSettings& request) {
  std::vector<Query> queries;
  for (const std::string& address : request.icao24) {
    queries.push_back({address_of(request, "/tracks/all"), 0});
    add(queries.back().url, "icao24", address);
  }
  return queries;
}

// What kind of flights; each needs its window behind it.
std::vector<Query> flight_queries(const RequestSettings& request) {
  if (!request.arrival.empty() || !request.departure.empty()) {
    const bool arrival = !request.arrival.empty();
    Query query{address_of(request, arrival ? "/flights/arrival" : "/flights/departure"), 0};
    add(query.url, "airport", arrival ? request.arrival : request.departure);
    return {query};
  }
  if (request.icao24.empty()) return {{address_of(request, "/flights/all"), 0}};
  std::vector<Query> queries;
  for (const std::string& address : request.icao24) {
    queries.push_back({address_of(request, "/flights/aircraft"), 0});
    add(queries.back().url, "icao24", address);
  }
  return queries;
}

std::vector<Window> windows_of(const RequestSettings& request, std::int64_t now) {
  const bool airport = !request.arrival.empty() || !request.departure.empty();
  const bool all = !airport && request.icao24.empty();
  Window window = all ? last_hours(now) : yesterday(now);
  if (request.begin) window = {*request.begin, request.end.value_or(now)};
  if (all) return cut_by_two_hours(window);
  return cut_by_days(window, airport ? 1 : 2);
}

void add_windows(std::vector<Query>& queries, const RequestSettings& request, std::int64_t now) {
  const std::vector<Window> windows = windows_of(request, now);
  if (queries.size() * windows.size() > kMostQueries) {
    throw base::Error(base::ErrorKind::usage,
                      fmt::format("could not ask for so long a time: it takes {} requests",
                                  queries.size() * windows.size()),
                      "Ask for it piece by piece.");
  }
  const std::vector<Query> without = std::exchange(queries, {});
  for (const Query& query : without) {
    for (const Window& window : windows) {
      Query whole = query;
      add(whole.url, "begin", std::to_string(window.begin));
      add(whole.url, "end", std::to_string(window.end));
      whole.credits = cost_of_days(window.begin, window.end, now);
      queries.push_back(std::move(whole));
    }
  }
}

std::vector<Query> timeless_queries(const RequestSettings& request) {
  switch (request.endpoint) {
    case Endpoint::states:
      return states_queries(request);
    case Endpoint::flights:
      return flight_queries(request);
    case Endpoint::track:
      break;
  }
  return track_queries(request);
}

}  // namespace

std::vector<Query> queries_of(const RequestSettings& request, std::int64_t now) {
  std::vector<Query> queries = timeless_queries(request);
  if (request.endpoint == Endpoint::flights) {
    add_windows(queries, request, now);
    return queries;
  }
  for (Query& query : queries) {
    const std::int64_t time = request.time.value_or(0);
    if (request.endpoint == Endpoint::track) {
      add(query.url, "time", std::to_string(time));
      query.credits = cost_of_days(time == 0 ? now : time, time == 0 ? now : time, now);
    } else if (request.time) {
      add(query.url, "time", std::to_string(time));
    }
  }
  return queries;
}

int credits_of(const std::vector<Query>& queries) {
  return std::accumulate(queries.begin(), queries.end(), 0, [](int sum, const Query& query) {
    return sum + query.credits;
  });
}

std::string source_url(const RequestSettings& request) {
  std::vector<std::string> urls;
  for (const Query& query : timeless_queries(request)) urls.push_back(query.url);
  return fmt::format("{}", fmt::join(urls, " "));
}

}  // namespace cdckit::opensky_fetch
