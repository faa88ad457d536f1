#include "tools/opensky-fetch/service/poller.hpp"

#include "tests/unit/common/http/loopback_server.hpp"
#include "tests/unit/tools/opensky-fetch/support.hpp"
#include "tools/opensky-fetch/options.hpp"

#include <atomic>

#include <doctest/doctest.h>

namespace cdckit::opensky_fetch {
namespace {

using http::LoopbackServer;

Options options_for(const LoopbackServer& server) {
  Options options;
  options.request.url = server.url("/api");
  options.service.auth_url = server.url("/token");
  return options;
}

// What a poll says: the snapshot's time, or the label of its failure. Nothing else is delivered.
std::string outcome_of(Poller& poller) {
  std::string delivered;
  try {
    (void)poller.poll([&](const Snapshot& snapshot) {
      delivered = std::to_string(snapshot.time);
      return true;
    });
  } catch (const PollError& error) {
    CHECK(delivered.empty());
    return error.cause().label;
  }
  return delivered;
}

std::string outcome_of(const std::string& raw_answer) {
  LoopbackServer server([&](const std::string&) { return raw_answer; });
  const Options options = options_for(server);
  Poller poller(options.request, options.service, {});
  return outcome_of(poller);
}

}  // namespace

TEST_CASE("an answer is delivered, its credits are noted") {
  LoopbackServer server([](const std::string&) {
    return LoopbackServer::answer("200 OK", answer_at(7), "X-Rate-Limit-Remaining: 12\r\n");
  });
  const Options options = options_for(server);
  Poller poller(options.request, options.service, {});
  CHECK(outcome_of(poller) == "7");
  CHECK(poller.credits() == 12);
  CHECK(server.requests().front().starts_with("GET /api/states/all HTTP"));
}

TEST_CASE("an empty sky is delivered, too") {
  CHECK(outcome_of(LoopbackServer::answer("200 OK", R"({"time":9,"states":null})")) == "9");
}

TEST_CASE("what is no whole answer is never delivered") {
  CHECK(outcome_of(LoopbackServer::answer("200 OK", "<html>busy</html>")) == "html");
  CHECK(outcome_of(LoopbackServer::answer("200 OK", "")) == "malformed");
  CHECK(outcome_of(LoopbackServer::answer("200 OK", answer_at(7).substr(0, 60))) == "malformed");
  CHECK(outcome_of(LoopbackServer::answer("200 OK", R"({"time":7})")) == "malformed");
  CHECK(outcome_of(LoopbackServer::answer("503 Busy", answer_at(7))) == "status_503");
  CHECK(outcome_of("HTTP/1.1 200 OK\r\nContent-Length: 500\r\nConnection: close\r\n\r\n" +
                   answer_at(7)) == "truncated");
}

TEST_CASE("a malformed row fails the whole poll") {
  LoopbackServer server(
      [](const std::string&) { return LoopbackServer::answer("200 OK", answer_at(7)); });
  const Options options = options_for(server);
  Poller poller(options.request, options.service, {});
  CHECK_THROWS_AS((void)poller.poll([](const Snapshot&) -> bool { throw Malformed("row 3"); }),
                  PollError);
}

TEST_CASE("a token that the server no longer likes is replaced once") {
  std::atomic<int> tokens = 0;
  std::atomic<int> good = 2;
  LoopbackServer server([&](const std::string& request) {
    if (request.starts_with("POST")) {
      return LoopbackServer::answer("200 OK",
                                    R"({"access_token":"t)" + std::to_string(++tokens) + R"("})");
    }
    const bool accepted = request.find("Bearer t" + std::to_string(good)) != std::string::npos;
    return accepted ? LoopbackServer::answer("200 OK", answer_at(7))
                    : LoopbackServer::answer("401 No", "");
  });
  const TemporaryFolder folder;
  Options options = options_for(server);
  options.service.credentials = folder.write("c.json", R"({"clientId":"a","clientSecret":"b"})");
  Poller poller(options.request, options.service, {});
  CHECK(outcome_of(poller) == "7");
  CHECK(tokens == 2);
  good = 9;
  CHECK(outcome_of(poller) == "status_401");
  CHECK(tokens == 3);
}

TEST_CASE("logging in needs no poll") {
  LoopbackServer server([](const std::string&) { return LoopbackServer::answer("401 No", ""); });
  const TemporaryFolder folder;
  Options options = options_for(server);
  CHECK_NOTHROW(Poller(options.request, options.service, {}).log_in());
  options.service.credentials = folder.write("c.json", R"({"clientId":"a","clientSecret":"b"})");
  Poller poller(options.request, options.service, {});
  CHECK_FALSE(poller.anonymous());
  CHECK_THROWS_AS(poller.log_in(), PollError);
}

TEST_CASE("several boxes are asked one by one and delivered as one picture of one instant") {
  std::vector<long> times{10, 20, 20};
  std::size_t asked = 0;
  LoopbackServer server([&](const std::string&) {
    return LoopbackServer::answer("200 OK", answer_at(times.at(asked++)));
  });
  Options options = options_for(server);
  options.request.boxes = {parse_box("0,0,1,1"), parse_box("1,0,2,1")};
  Poller poller(options.request, options.service, {});
  std::size_t parts = 0;
  (void)poller.poll([&](const Snapshot& snapshot) {
    CHECK(snapshot.time == 20);
    parts = snapshot.parts.size();
    return true;
  });
  CHECK(parts == 2);
  CHECK(asked == 3);  // the first box again: its picture was older
  CHECK(poller.take_spent() == 3);
  CHECK(poller.take_spent() == 0);
}

TEST_CASE("a picture that never stands still is not delivered") {
  long time = 0;
  LoopbackServer server(
      [&](const std::string&) { return LoopbackServer::answer("200 OK", answer_at(++time)); });
  Options options = options_for(server);
  options.request.boxes = {parse_box("0,0,1,1"), parse_box("1,0,2,1")};
  Poller poller(options.request, options.service, {});
  CHECK(outcome_of(poller) == "changed");
}

TEST_CASE("404 without a word is no flights, with words it is a wrong address") {
  std::string body;
  LoopbackServer server(
      [&](const std::string&) { return LoopbackServer::answer("404 Not Found", body); });
  Options options = options_for(server);
  options.request.endpoint = Endpoint::flights;
  Poller poller(options.request, options.service, {});
  std::size_t rows = 9;
  (void)poller.poll([&](const Snapshot& snapshot) {
    rows = snapshot.parts.front().size();
    return true;
  });
  CHECK(rows == 0);
  body = "no such page";
  CHECK(outcome_of(poller) == "status_404");
}

TEST_CASE("what is delivered is recorded, what is not new or malformed is not") {
  const TemporaryFolder folder;
  LoopbackServer server(
      [](const std::string&) { return LoopbackServer::answer("200 OK", answer_at(7)); });
  Options options = options_for(server);
  options.service.record = folder.path() + "/day";
  Poller poller(options.request, options.service, {});
  const auto files = [&] {
    const std::filesystem::directory_iterator all(options.service.record);
    return std::distance(begin(all), end(all));
  };
  CHECK_FALSE(poller.poll([](const Snapshot&) { return false; }));
  CHECK_THROWS_AS((void)poller.poll([](const Snapshot&) -> bool { throw Malformed("row 3"); }),
                  PollError);
  CHECK(files() == 0);
  CHECK(poller.poll([](const Snapshot&) { return true; }));
  CHECK(files() == 1);
}

}  // namespace cdckit::opensky_fetch
