#include "common/http/client.hpp"

#include "tests/unit/common/http/loopback_server.hpp"

#include <latch>
#include <thread>

#include <doctest/doctest.h>

namespace cdckit::http {
namespace {

Request get(const std::string& url) {
  Request request;
  request.url = url;
  return request;
}

bool holds(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

Failure failure_of(Client& client, const Request& request) {
  try {
    (void)client.send(request);
  } catch (const TransportError& error) {
    return error.failure();
  }
  throw std::runtime_error("there was an answer");
}

}  // namespace

TEST_CASE("a GET brings status, headers in lower case, and body") {
  LoopbackServer server([](const std::string&) {
    return LoopbackServer::answer("200 OK", "hello", "X-Thing: 7\r\nRetry-After: 3\r\n");
  });
  Client client(ClientOptions{.user_agent = "test/1"});
  const Response response = client.send(get(server.url("/a?b=c")));
  CHECK(response.status == 200);
  CHECK(response.body == "hello");
  CHECK(response.header("x-thing") == "7");
  CHECK(response.header("missing").empty());
  CHECK(response.retry_after() == std::chrono::seconds(3));
  const std::string request = server.requests().at(0);
  CHECK(request.starts_with("GET /a?b=c HTTP/1.1\r\n"));
  CHECK(holds(request, "User-Agent: test/1\r\n"));
  CHECK_FALSE(holds(request, "Authorization"));
}

TEST_CASE("any status is a response") {
  LoopbackServer server(
      [](const std::string&) { return LoopbackServer::answer("503 No", "later"); });
  Client client({});
  CHECK(client.send(get(server.url())).status == 503);
}

TEST_CASE("a POST sends body, headers and bearer, also an empty body") {
  LoopbackServer server([](const std::string&) { return LoopbackServer::answer("200 OK", ""); });
  Client client({});
  const std::string body(2'000'000, 'x');
  Request request = get(server.url());
  request.method = "POST";
  request.headers = {"Content-Type: application/json"};
  request.bearer = secrets::Secret("tok");
  request.body = body;
  (void)client.send(request);
  request.body = {};
  (void)client.send(request);
  const auto requests = server.requests();
  CHECK(holds(requests.at(0), "Authorization: Bearer tok\r\n"));
  CHECK(holds(requests.at(0), "Content-Type: application/json\r\n"));
  CHECK_FALSE(holds(requests.at(0), "Expect:"));
  CHECK(requests.at(0).ends_with("\r\n\r\n" + body));
  CHECK(holds(requests.at(1), "Content-Length: 0\r\n"));
}

TEST_CASE("connections are kept") {
  LoopbackServer server([](const std::string&) { return LoopbackServer::answer("200 OK", "x"); });
  Client client({});
  for (int i = 0; i < 5; ++i) (void)client.send(get(server.url()));
  CHECK(server.connections() == 1);
}

TEST_CASE("a GET after a POST is a GET again") {
  LoopbackServer server([](const std::string&) { return LoopbackServer::answer("200 OK", "x"); });
  Client client({});
  Request post = get(server.url());
  post.method = "POST";
  post.body = "b";
  (void)client.send(post);
  (void)client.send(get(server.url()));
  CHECK(server.requests().at(1).starts_with("GET "));
  CHECK_FALSE(holds(server.requests().at(1), "Content-Length"));
}

TEST_CASE("a compressed answer is opened") {
  LoopbackServer server([](const std::string& request) {
    CHECK(holds(request, "Accept-Encoding: "));
    constexpr std::string_view kTenHellos(
        "\x78\xda\xcb\x48\xcd\xc9\xc9\x57\xc8\x20\x8b\x04"
        "\x00\xa6\xc0\x16\x09",
        17);  // zlib
    return LoopbackServer::answer(
        "200 OK", std::string(kTenHellos), "Content-Encoding: deflate\r\n");
  });
  Client client({});
  const std::string body = client.send(get(server.url())).body;
  CHECK(body.size() == 60);
  CHECK(body.starts_with("hello hello "));
}

TEST_CASE("no answer is told apart by its reason") {
  Client client({});
  SUBCASE("nobody listens") {
    std::string url;
    {
      LoopbackServer gone([](const std::string&) { return ""; });
      url = gone.url();
    }
    CHECK(failure_of(client, get(url)) == Failure::connect);
  }
  SUBCASE("cut off in the middle of the body") {
    LoopbackServer server([](const std::string&) {
      return "HTTP/1.1 200 OK\r\nContent-Length: 100\r\nConnection: close\r\n\r\nhalf";
    });
    CHECK(failure_of(client, get(server.url())) == Failure::truncated);
  }
  SUBCASE("too late") {
    LoopbackServer server([](const std::string&) {
      std::this_thread::sleep_for(std::chrono::milliseconds(400));
      return LoopbackServer::answer("200 OK", "");
    });
    Request request = get(server.url());
    request.timeout = std::chrono::milliseconds(100);
    CHECK(failure_of(client, request) == Failure::timeout);
  }
  SUBCASE("too long") {
    LoopbackServer server([](const std::string&) {
      return LoopbackServer::answer("200 OK", std::string(5000, 'x'));
    });
    Request request = get(server.url());
    request.max_answer_bytes = 4999;
    CHECK(failure_of(client, request) == Failure::too_long);
    request.max_answer_bytes = 5000;
    CHECK(client.send(request).body.size() == 5000);
  }
  SUBCASE("not HTTP") {
    LoopbackServer server([](const std::string&) { return "hello Connection: close"; });
    CHECK(failure_of(client, get(server.url())) == Failure::protocol);
  }
}

TEST_CASE("an unsafe URL is refused before anything is sent") {
  Client client({});
  CHECK_THROWS_AS((void)client.send(get("http://192.0.2.1/")), base::Error);
}

TEST_CASE("a redirect is an answer unless asked otherwise, and the token stays at its origin") {
  LoopbackServer other(
      [](const std::string&) { return LoopbackServer::answer("200 OK", "other"); });
  LoopbackServer server([&](const std::string& request) {
    if (request.find(" /same ") != std::string::npos)
      return LoopbackServer::answer("200 OK", "same");
    const bool stay = request.find(" /stay ") != std::string::npos;
    return LoopbackServer::answer(
        "302 Found", "", "Location: " + (stay ? "/same" : other.url("/x")) + "\r\n");
  });
  Client client({});
  Request request = get(server.url("/away"));
  request.bearer = secrets::Secret("tok");
  CHECK(client.send(request).status == 302);
  CHECK(client.send(request).url == request.url);
  request.follow_redirects = true;
  const Response elsewhere = client.send(request);
  CHECK(elsewhere.body == "other");
  CHECK(elsewhere.url == other.url("/x"));
  CHECK_FALSE(holds(other.requests().at(0), "tok"));
  request.url = server.url("/stay");
  CHECK(client.send(request).body == "same");
  CHECK(holds(server.requests().back(), "Authorization: Bearer tok"));
}

TEST_CASE("a redirect to an unsafe place is refused, and a circle ends") {
  LoopbackServer server([](const std::string& request) {
    const bool circle = request.find(" /circle ") != std::string::npos;
    return LoopbackServer::answer(
        "307 Go",
        "",
        std::string("Location: ") + (circle ? "/circle" : "http://192.0.2.1/") + "\r\n");
  });
  Client client({});
  Request request = get(server.url("/out"));
  request.follow_redirects = true;
  CHECK_THROWS_AS((void)client.send(request), base::Error);
  request.url = server.url("/circle");
  CHECK_THROWS_AS((void)client.send(request), TransportError);
  CHECK(server.requests().size() == 1 + 6);
}

TEST_CASE("Retry-After may be a date, which counts from the answer's own") {
  Response response;
  CHECK_FALSE(response.retry_after().has_value());
  response.headers["retry-after"] = "Wed, 21 Oct 2026 07:28:00 GMT";
  response.headers["date"] = "Wed, 21 Oct 2026 07:26:30 GMT";
  CHECK(response.retry_after() == std::chrono::seconds(90));
  response.headers["retry-after"] = "in a moment";
  CHECK_FALSE(response.retry_after().has_value());
}

TEST_CASE("user and password go as Basic, not beside a bearer, and not to another origin") {
  LoopbackServer other([](const std::string&) { return LoopbackServer::answer("200 OK", ""); });
  LoopbackServer server([&](const std::string&) {
    return LoopbackServer::answer("302 Found", "", "Location: " + other.url() + "\r\n");
  });
  Client client({});
  Request request;
  request.url = server.url();
  request.basic = secrets::Secret("me:pass");
  request.follow_redirects = true;
  client.send(request);
  CHECK(holds(server.requests().at(0), "Authorization: Basic bWU6cGFzcw==\r\n"));
  CHECK_FALSE(holds(other.requests().at(0), "Authorization"));
  request.bearer = secrets::Secret("tok");
  client.send(request);
  CHECK(holds(server.requests().at(1), "Authorization: Bearer tok\r\n"));
  CHECK_FALSE(holds(server.requests().at(1), "Basic"));
}

TEST_CASE("after a stop an answer is awaited as long as the request says") {
  class Stopped final : public signals::StopSource {
   public:
    [[nodiscard]] bool stop_requested() const noexcept override { return true; }
    [[nodiscard]] int fd() const noexcept override { return -1; }
  };
  const Stopped stopped;
  std::latch speak(1);
  LoopbackServer server([&](const std::string&) {
    speak.wait();
    return LoopbackServer::answer("200 OK", "late", "");
  });
  ClientOptions options;
  options.stop = signals::StopToken(stopped);
  Client client(options);
  Request impatient = get(server.url());
  impatient.stop_patience = std::chrono::milliseconds(30);
  CHECK(failure_of(client, impatient) == Failure::stopped);
  options.abort_on_stop = true;
  Client poller(options);
  CHECK(failure_of(poller, get(server.url())) == Failure::stopped);
  std::thread later([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    speak.count_down();
  });
  Request drained = get(server.url());
  CHECK(client.send(drained).body == "late");
  impatient.stop_patience = std::chrono::seconds(30);
  CHECK(client.send(impatient).body == "late");
  later.join();
}

}  // namespace cdckit::http
