#include "tools/opensky-fetch/commands/plan.hpp"

#include "tools/opensky-fetch/options.hpp"

#include <doctest/doctest.h>

namespace cdckit::opensky_fetch {
namespace {

std::string plan_of(const Options& options, std::int64_t now) {
  return plan_text(options.request, options.schedule.every, options.quota.budget, now);
}

std::string lines_with(const std::string& text, const std::string& word) {
  std::string found;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = text.find('\n', begin) + 1;
    const std::string line = text.substr(begin, end - begin);
    if (line.find(word) != std::string::npos) found += line;
    begin = end;
  }
  return found;
}

}  // namespace

TEST_CASE("a plan has the requests, their sum, and what each quota allows") {
  Options options;
  options.request.url = "http://localhost:1/api";
  options.request.boxes = {parse_box("0,0,4,5"), parse_box("0,0,10,10")};
  const std::string text = plan_of(options, 1'790'000'000);
  CHECK(lines_with(text, "\"request\"") ==
        "{\"plan\":\"request\",\"url\":\"http://localhost:1/api/states/"
        "all?lamin=0&lomin=0&lamax=4&lomax=5\",\"credits\":1}\n"
        "{\"plan\":\"request\",\"url\":\"http://localhost:1/api/states/"
        "all?lamin=0&lomin=0&lamax=10&lomax=10\",\"credits\":3}\n");
  CHECK(lines_with(text, "\"poll\"") ==
        "{\"plan\":\"poll\",\"bucket\":\"states\",\"requests\":2,\"credits\":4}\n");
  CHECK(lines_with(text, "anonymous") ==
        "{\"plan\":\"quota\",\"class\":\"anonymous\",\"credits\":400,\"period_s\":86400,"
        "\"polls\":100,\"pause_s\":864,\"lasts_s\":null}\n");
}

TEST_CASE("a pace that a quota cannot bear has an end") {
  Options options;
  options.schedule.every = std::chrono::seconds(10);
  CHECK(lines_with(plan_of(options, 0), "anonymous").find("\"lasts_s\":1000}") !=
        std::string::npos);
  CHECK(lines_with(plan_of(options, 0), "licensed").find("\"lasts_s\":null}") != std::string::npos);
}

TEST_CASE("a budget has a line of its own, and what is free has no end") {
  Options options;
  options.quota.budget = parse_budget("40/1h");
  CHECK(lines_with(plan_of(options, 0), "\"budget\"").find("\"polls\":10,\"pause_s\":360,") !=
        std::string::npos);
  options.request.own = true;
  CHECK(lines_with(plan_of(options, 0), "feeder").find("\"polls\":null") != std::string::npos);
}

}  // namespace cdckit::opensky_fetch
