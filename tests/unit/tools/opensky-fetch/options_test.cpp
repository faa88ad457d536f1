#include "tools/opensky-fetch/options.hpp"

#include "common/base/error.hpp"

#include <stdexcept>

#include <doctest/doctest.h>

namespace cdckit::opensky_fetch {
namespace {

base::ErrorKind refusal(const Options& options) {
  try {
    check(options);
  } catch (const base::Error& error) {
    return error.kind();
  }
  throw std::runtime_error("accepted");
}

}  // namespace

TEST_CASE("speed is a factor or max") {
  CHECK(parse_speed("max") == 0);
  CHECK(parse_speed("2.5") == doctest::Approx(2.5));
  CHECK_THROWS_AS((void)parse_speed("0"), std::invalid_argument);
  CHECK_THROWS_AS((void)parse_speed("fast"), std::invalid_argument);
}

TEST_CASE("flags that contradict each other are refused") {
  Options options;
  CHECK_NOTHROW(check(options));
  SUBCASE("an instant, again and again") {
    options.request.time = 1;
    options.schedule.every = std::chrono::seconds(10);
  }
  SUBCASE("one stretch of time, again and again") {
    options.request.endpoint = Endpoint::flights;
    options.request.begin = 1;
    options.schedule.every = std::chrono::seconds(10);
  }
  SUBCASE("speed without a recording") {
    options.replay.speed = 2;
  }
  SUBCASE("several polls without a period") {
    options.schedule.count = 2;
  }
  SUBCASE("polling the real service too often") {
    options.schedule.every = std::chrono::seconds(1);
  }
  CHECK(refusal(options) == base::ErrorKind::usage);
}

TEST_CASE("a server on this host may be polled at any pace") {
  Options options;
  options.request.url = "http://127.0.0.1:1/api";
  options.schedule.every = std::chrono::seconds(0);
  CHECK_NOTHROW(check(options));
}

TEST_CASE("plain http to another host is refused, for credentials too") {
  Options options;
  options.request.url = "http://192.0.2.1/api";
  CHECK(refusal(options) == base::ErrorKind::config);
  options.service.allow_http = true;
  CHECK_NOTHROW(check(options));
  Options login;
  login.service.credentials = "file";
  login.service.auth_url = "http://192.0.2.1/token";
  CHECK(refusal(login) == base::ErrorKind::config);
}

TEST_CASE("a recorded track need not be named") {
  Options options;
  options.request.endpoint = Endpoint::track;
  CHECK(refusal(options) == base::ErrorKind::usage);
  options.replay.path = "day";
  CHECK_NOTHROW(check(options));
}

TEST_CASE("choosing the field category asks for it") {
  Options options;
  options.output.fields = choose_fields(Endpoint::states, {"icao24", "lat"});
  resolve(options);
  CHECK_FALSE(options.request.extended);
  options.output.fields = choose_fields(Endpoint::states, {"icao24", "category"});
  resolve(options);
  CHECK(options.request.extended);
}

TEST_CASE("the declared flags fill the options") {
  Options options;
  const cli::Tool tool = declare(options);
  REQUIRE(tool.commands.size() == 3);
  for (const cli::Flag& flag : tool.commands.front().flags) {
    if (flag.name == "bbox") flag.set("1,2,3,4");
    if (flag.name == "icao24") flag.set("ABCDEF");
    if (flag.name == "every") flag.set("10s");
    if (flag.name == "time") flag.set("@1790000000");
    if (flag.name == "fields") flag.set("lat,lon");
  }
  CHECK(options.request.boxes.front().north == 3);
  CHECK(options.request.icao24.at(0) == "abcdef");
  CHECK(options.schedule.every == std::chrono::seconds(10));
  CHECK(options.request.time == 1790000000);
  CHECK(options.output.fields.at(0).name == "lat");
}

}  // namespace cdckit::opensky_fetch
