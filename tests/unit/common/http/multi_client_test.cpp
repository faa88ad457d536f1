#include "common/http/multi_client.hpp"

#include "tests/unit/common/http/loopback_server.hpp"

#include <latch>
#include <map>
#include <thread>

#include <doctest/doctest.h>

using namespace cdckit;
using http::LoopbackServer;
using http::MultiClient;
using std::chrono::milliseconds;

namespace {

http::Request post(const std::string& url, std::string_view body) {
  http::Request request;
  request.method = "POST";
  request.url = url;
  request.body = body;
  return request;
}

std::map<MultiClient::Ticket, MultiClient::Finished> all(MultiClient& client) {
  std::map<MultiClient::Ticket, MultiClient::Finished> answers;
  while (client.running() > 0) {
    for (auto& done : client.wait(milliseconds(1000))) answers[done.ticket] = std::move(done);
  }
  return answers;
}

}  // namespace

TEST_CASE("requests are under way at the same time") {
  std::latch both(2);
  LoopbackServer server([&](const std::string& request) {
    both.arrive_and_wait();  // for ever, were one sent after the other
    return LoopbackServer::answer("200 OK", request.ends_with("one") ? "1" : "2");
  });
  MultiClient client({});
  const auto first = client.start(post(server.url("/a"), "one"));
  const auto second = client.start(post(server.url("/b"), "two"));
  CHECK(client.running() == 2);
  const auto answers = all(client);
  CHECK(answers.at(first).response.body == "1");
  CHECK(answers.at(second).response.body == "2");
}

TEST_CASE("no answer is a failure of that request alone") {
  LoopbackServer server([](const std::string&) { return LoopbackServer::answer("200 OK", "x"); });
  MultiClient client({});
  const auto bad = client.start(post("http://127.0.0.1:1/", ""));
  const auto good = client.start(post(server.url(), ""));
  const auto answers = all(client);
  REQUIRE(answers.at(bad).failure.has_value());
  CHECK(answers.at(bad).failure->failure() == http::Failure::connect);
  CHECK(answers.at(good).response.status == 200);
}

TEST_CASE("waiting ends with a wake and with its time") {
  MultiClient client({});
  CHECK(client.wait(milliseconds(1)).empty());
  std::thread other([&] { client.wake(); });
  CHECK(client.wait(milliseconds(60'000)).empty());
  other.join();
}

TEST_CASE("what is abandoned never answers") {
  LoopbackServer server([](const std::string&) { return LoopbackServer::answer("200 OK", "x"); });
  MultiClient client({});
  client.start(post(server.url(), ""));
  client.abandon();
  CHECK(client.running() == 0);
  CHECK(client.wait(milliseconds(1)).empty());
}
