#include "tools/opensky-fetch/request/queries.hpp"

#include "common/base/error.hpp"

#include <doctest/doctest.h>

namespace cdckit::opensky_fetch {
namespace {

constexpr std::int64_t kNow = 1'790'000'000;  // 2026-09-21T14:13:20Z

RequestSettings local(Endpoint endpoint) {
  RequestSettings request;
  request.url = "http://localhost:1/api//";
  request.endpoint = endpoint;
  return request;
}

std::string urls(const RequestSettings& request) {
  std::string all;
  for (const Query& query : queries_of(request, kNow))
    all += query.url.substr(std::string("http://localhost:1/api").size()) + "\n";
  return all;
}

int credits(const RequestSettings& request) {
  return credits_of(queries_of(request, kNow));
}

}  // namespace

TEST_CASE("the plain request asks for the whole sky now") {
  CHECK(queries_of(RequestSettings{}, kNow).front().url ==
        "https://opensky-network.org/api/states/all");
  CHECK(credits(RequestSettings{}) == 4);
}

TEST_CASE("every wish is a parameter, and the instant is no part of the source's identity") {
  RequestSettings request = local(Endpoint::states);
  request.boxes = {parse_box("45.8389,5.9962,47.8229,10.50")};
  request.icao24 = {"4b1803", "3c6444"};
  request.extended = true;
  request.time = kNow;
  const std::string source =
      "http://localhost:1/api/states/all?lamin=45.8389&lomin=5.9962&lamax=47.8229&lomax=10.50"
      "&icao24=4b1803&icao24=3c6444&extended=1";
  CHECK(source_url(request) == source);
  CHECK(queries_of(request, kNow).front().url == source + "&time=1790000000");
}

TEST_CASE("several boxes are several requests, each with its price") {
  RequestSettings request = local(Endpoint::states);
  request.areas = {"fiji", "switzerland"};
  request.boxes = {parse_box("0,0,10,9")};
  resolve_areas(request);
  CHECK(urls(request) ==
        "/states/all?lamin=0&lomin=0&lamax=10&lomax=9\n"
        "/states/all?lamin=-21&lomin=176&lamax=-12&lomax=180\n"
        "/states/all?lamin=-21&lomin=-180&lamax=-12&lomax=-178\n"
        "/states/all?lamin=45.8389&lomin=5.9962&lamax=47.8229&lomax=10.5226\n");
  CHECK(credits(request) == 2 + 2 + 1 + 1);
  CHECK(source_url(request).find(" http") != std::string::npos);
}

TEST_CASE("one's own receivers cost nothing") {
  RequestSettings request = local(Endpoint::states);
  request.own = true;
  request.serials = {"17", "-18"};
  CHECK(urls(request) == "/states/own?serials=17&serials=-18\n");
  CHECK(credits(request) == 0);
}

TEST_CASE("flights have windows, cut as the service takes them") {
  RequestSettings request = local(Endpoint::flights);
  CHECK(urls(request) == "/flights/all?begin=1789992801&end=1790000000\n");
  CHECK(credits(request) == 4);
  request.begin = kNow - 10'000;
  request.end = kNow - 1;
  CHECK(urls(request) ==
        "/flights/all?begin=1789990000&end=1789997199\n"
        "/flights/all?begin=1789997200&end=1789999999\n");
  CHECK(source_url(request) == "http://localhost:1/api/flights/all");
}

TEST_CASE("flights of an airport or an aircraft are those of yesterday") {
  RequestSettings request = local(Endpoint::flights);
  request.arrival = "LSZH";
  CHECK(urls(request) == "/flights/arrival?airport=LSZH&begin=1789862400&end=1789948799\n");
  CHECK(credits(request) == 30);
  request.arrival.clear();
  request.departure = "LSZH";
  CHECK(urls(request).starts_with("/flights/departure?airport=LSZH&begin="));
  request.departure.clear();
  request.icao24 = {"4b1803", "3c6444"};
  request.begin = kNow - 3L * 86'400;
  CHECK(queries_of(request, kNow).size() == 4);
  CHECK(urls(request).starts_with("/flights/aircraft?icao24=4b1803&begin=1789740800&end="));
}

TEST_CASE("a window that takes too many requests is refused") {
  RequestSettings request = local(Endpoint::flights);
  request.begin = 0;
  CHECK_THROWS_AS((void)queries_of(request, kNow), base::Error);
}

TEST_CASE("a track is of now, or of an instant") {
  RequestSettings request = local(Endpoint::track);
  request.icao24 = {"4b1803"};
  CHECK(urls(request) == "/tracks/all?icao24=4b1803&time=0\n");
  CHECK(credits(request) == 4);
  request.time = kNow - 2L * 86'400;
  CHECK(urls(request) == "/tracks/all?icao24=4b1803&time=1789827200\n");
  CHECK(credits(request) == 30);
}

}  // namespace cdckit::opensky_fetch
