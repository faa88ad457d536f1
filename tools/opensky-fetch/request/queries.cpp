#include "tools/opensky-fetch/request/queries.hpp"

#include "common/base/error.hpp"
#include "common/http/url.hpp"
#include "tools/opensky-fetch/request/cost.hpp"
#include "tools/opensky-fetch/request/window.hpp"

#include <algorithm>
#include <numeric>

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

std::string address_of(const Options& options, std::string_view path) {
  std::string url = options.url;
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

int cost_of_states(const Options& options, const Box* box) {
  if (options.own) return 0;
  return box == nullptr ? kCostOfTheWorld : cost_of_area(square_degrees(*box));
}

Query states_query(const Options& options, const Box* box) {
  std::string url = address_of(options, options.own ? "/states/own" : "/states/all");
  if (box != nullptr) add_box(url, *box);
  for (const std::string& address : options.icao24) add(url, "icao24", address);
  for (const std::string& serial : options.serials) add(url, "serials", serial);
  if (wants_category(options)) add(url, "extended", "1");
  return {std::move(url), cost_of_states(options, box)};
}

std::vector<Query> states_queries(const Options& options) {
  if (options.boxes.empty()) return {states_query(options, nullptr)};
  std::vector<Query> queries;
  for (const Box& box : options.boxes) queries.push_back(states_query(options, &box));
  return queries;
}

std::vector<Query> track_queries(const Options& options) {
  std::vector<Query> queries;
  for (const std::string& address : options.icao24) {
    queries.push_back({address_of(options, "/tracks/all"), 0});
    add(queries.back().url, "icao24", address);
  }
  return queries;
}

// What kind of flights; each needs its window behind it.
std::vector<Query> flight_queries(const Options& options) {
  if (!options.arrival.empty() || !options.departure.empty()) {
    const bool arrival = !options.arrival.empty();
    Query query{address_of(options, arrival ? "/flights/arrival" : "/flights/departure"), 0};
    add(query.url, "airport", arrival ? options.arrival : options.departure);
    return {query};
  }
  if (options.icao24.empty()) return {{address_of(options, "/flights/all"), 0}};
  std::vector<Query> queries;
  for (const std::string& address : options.icao24) {
    queries.push_back({address_of(options, "/flights/aircraft"), 0});
    add(queries.back().url, "icao24", address);
  }
  return queries;
}

std::vector<Window> windows_of(const Options& options, std::int64_t now) {
  const bool airport = !options.arrival.empty() || !options.departure.empty();
  const bool all = !airport && options.icao24.empty();
  Window window = all ? last_hours(now) : yesterday(now);
  if (options.begin) window = {*options.begin, options.end.value_or(now)};
  if (all) return cut_by_two_hours(window);
  return cut_by_days(window, airport ? 1 : 2);
}

void add_windows(std::vector<Query>& queries, const Options& options, std::int64_t now) {
  const std::vector<Window> windows = windows_of(options, now);
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

std::vector<Query> timeless_queries(const Options& options) {
  switch (options.endpoint) {
    case Endpoint::states:
      return states_queries(options);
    case Endpoint::flights:
      return flight_queries(options);
    case Endpoint::track:
      break;
  }
  return track_queries(options);
}

}  // namespace

bool wants_category(const Options& options) {
  return options.extended ||
         std::any_of(options.fields.begin(), options.fields.end(), [](const Field& field) {
           return field.name == "category";
         });
}

std::vector<Query> queries_of(const Options& options, std::int64_t now) {
  std::vector<Query> queries = timeless_queries(options);
  if (options.endpoint == Endpoint::flights) {
    add_windows(queries, options, now);
    return queries;
  }
  for (Query& query : queries) {
    const std::int64_t time = options.time.value_or(0);
    if (options.endpoint == Endpoint::track) {
      add(query.url, "time", std::to_string(time));
      query.credits = cost_of_days(time == 0 ? now : time, time == 0 ? now : time, now);
    } else if (options.time) {
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

std::string source_url(const Options& options) {
  std::vector<std::string> urls;
  for (const Query& query : timeless_queries(options)) urls.push_back(query.url);
  return fmt::format("{}", fmt::join(urls, " "));
}

}  // namespace cdckit::opensky_fetch
