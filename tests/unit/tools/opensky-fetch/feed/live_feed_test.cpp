#include "tools/opensky-fetch/feed/live_feed.hpp"

#include "common/log/log.hpp"
#include "tests/unit/common/http/loopback_server.hpp"
#include "tests/unit/tools/opensky-fetch/support.hpp"
#include "tools/opensky-fetch/options.hpp"

#include <functional>
#include <vector>

#include <doctest/doctest.h>

namespace cdckit::opensky_fetch {
namespace {

using http::LoopbackServer;

// A feed over scripted answers, without real sleeping: pauses are noted.
struct Scene {
  explicit Scene(std::vector<std::string> raw_answers) : answers(std::move(raw_answers)) {
    log::Settings silent;
    silent.level = log::Level::error;
    log::configure(silent);
    options.request.url = server.url("/api");
    options.schedule.every = std::chrono::milliseconds(0);
  }

  std::string play() {
    const Pause pause = [&](std::chrono::milliseconds duration) {
      pauses.push_back(duration);
      return static_cast<int>(pauses.size()) == stop_at_pause;
    };
    LiveFeed feed(
        {options.request, options.service, options.quota, options.schedule}, {}, metrics, pause);
    std::string seen;
    std::int64_t last = 0;
    const Deliver deliver = [&](const Snapshot& snapshot) {
      if (snapshot.time <= last) return false;
      last = snapshot.time;
      seen += std::to_string(snapshot.time) + " ";
      return true;
    };
    while (feed.next(deliver)) {
    }
    return seen;
  }

  std::vector<std::string> answers;
  std::atomic<std::size_t> asked = 0;
  LoopbackServer server{
      [this](const std::string&) { return answers.at(std::min(asked++, answers.size() - 1)); }};
  Options options;
  metrics::Registry metrics;
  std::vector<std::chrono::milliseconds> pauses;
  int stop_at_pause = 0;
};

std::string ok(long time) {
  return LoopbackServer::answer("200 OK", answer_at(time));
}
std::string status(const std::string& line, const std::string& headers = "") {
  return LoopbackServer::answer(line, "", headers);
}

base::ErrorKind failure_of(Scene& scene) {
  try {
    (void)scene.play();
  } catch (const base::Error& error) {
    return error.kind();
  }
  throw std::runtime_error("no failure");
}

}  // namespace

TEST_CASE("one shot is one poll") {
  Scene scene({ok(1), ok(2)});
  scene.options.schedule.every.reset();
  CHECK(scene.play() == "1 ");
  CHECK(scene.asked == 1);
}

TEST_CASE("a count bounds the polls, also those that bring nothing new") {
  Scene scene({ok(1), ok(1), ok(2), ok(3)});
  scene.options.schedule.count = 3;
  CHECK(scene.play() == "1 2 ");
  CHECK(scene.asked == 3);
  CHECK(scene.metrics.text().find("result=\"unchanged\"} 1") != std::string::npos);
}

TEST_CASE("a stop while waiting ends the feed") {
  Scene scene({ok(1), ok(2)});
  scene.stop_at_pause = 1;
  CHECK(scene.play() == "1 ");
}

TEST_CASE("trouble that passes is sat out and delivers nothing by itself") {
  Scene scene({status("503 Busy"),
               "HTTP/1.1 200 OK\r\nContent-Length: 9\r\nConnection: close\r\n\r\n{",
               LoopbackServer::answer("200 OK", "<html>"),
               LoopbackServer::answer("200 OK", "{"),
               ok(5)});
  scene.options.schedule.count = 1;
  CHECK(scene.play() == "5 ");
  CHECK(scene.pauses.size() == 4);
  const std::string text = scene.metrics.text();
  for (const char* result : {"status_503", "truncated", "html", "malformed", "ok"}) {
    CAPTURE(result);
    CHECK(text.find("result=\"" + std::string(result) + "\"} 1") != std::string::npos);
  }
}

TEST_CASE("trouble that lasts ends the run with its own kind") {
  Scene busy({status("503 Busy")});
  busy.options.schedule.max_wait = std::chrono::milliseconds(0);
  CHECK(failure_of(busy) == base::ErrorKind::temporary);
  Scene garbage({LoopbackServer::answer("200 OK", "{}")});
  garbage.options.schedule.max_wait = std::chrono::milliseconds(0);
  CHECK(failure_of(garbage) == base::ErrorKind::protocol);
}

TEST_CASE("a refusal is not tried again") {
  Scene scene({status("400 Bad")});
  CHECK(failure_of(scene) == base::ErrorKind::unavailable);
  CHECK(scene.asked == 1);
}

TEST_CASE("a rate limit waits as long as asked, or gives up at once when that is too long") {
  Scene patient({status("429 Slow", "X-Rate-Limit-Retry-After-Seconds: 17\r\n"), ok(3)});
  patient.options.schedule.count = 1;
  CHECK(patient.play() == "3 ");
  REQUIRE(patient.pauses.size() == 1);
  CHECK(patient.pauses.front() == std::chrono::seconds(17));
  Scene hopeless({status("429 Slow", "X-Rate-Limit-Retry-After-Seconds: 60394\r\n")});
  CHECK(failure_of(hopeless) == base::ErrorKind::temporary);
  CHECK(hopeless.pauses.empty());
}

TEST_CASE("a budget sets the pace, and ends the polls of a stretch of time") {
  Scene scene({ok(1), ok(2), ok(3)});
  scene.options.schedule.every.reset();
  scene.options.quota.budget = parse_budget("8");
  scene.stop_at_pause = 3;
  CHECK(scene.play() == "1 2 ");
  REQUIRE(scene.pauses.size() == 3);
  CHECK(scene.pauses[0] <= std::chrono::hours(12));
  CHECK(scene.metrics.text().find("opensky_fetch_credits_spent_total 8") != std::string::npos);
}

TEST_CASE("a budget that is too small for one poll is refused") {
  Scene scene({ok(1)});
  scene.options.quota.budget = parse_budget("3");
  CHECK(failure_of(scene) == base::ErrorKind::usage);
}

TEST_CASE("a pause of the service is respected by the next run") {
  const TemporaryFolder folder;
  Scene limited({status("429 Slow", "X-Rate-Limit-Retry-After-Seconds: 60394\r\n")});
  limited.options.quota.state = folder.path();
  CHECK(failure_of(limited) == base::ErrorKind::temporary);
  Options options = limited.options;
  Scene next({ok(1)});
  next.options.quota.state = folder.path();
  next.options.request.url = options.request.url;
  CHECK(failure_of(next) == base::ErrorKind::temporary);
  CHECK(next.asked == 0);
}

TEST_CASE("the run ends in time") {
  Scene scene({ok(1), ok(2)});
  scene.options.schedule.every = std::chrono::hours(24);
  scene.options.schedule.run_for = std::chrono::milliseconds(1);
  CHECK(scene.play() == "1 ");
  CHECK(scene.pauses.empty());
}

}  // namespace cdckit::opensky_fetch
