#include "tools/opensky-fetch/service/answer.hpp"

#include <doctest/doctest.h>

namespace cdckit::opensky_fetch {
namespace {

http::Response response_of(long status, const std::string& body = "") {
  http::Response response;
  response.status = status;
  response.body = body;
  return response;
}

PollError failure_of(const http::Response& response) {
  try {
    judge(response, "https://example.org/api/states/all?lamin=1");
  } catch (const PollError& error) {
    return error;
  }
  throw std::runtime_error("accepted");
}

}  // namespace

TEST_CASE("200 with something that may be JSON is fine") {
  CHECK_NOTHROW(judge(response_of(200, "{}"), "https://x.org/"));
}

TEST_CASE("each status has its kind, and says whether another try makes sense") {
  struct Case {
    long status;
    base::ErrorKind kind;
    bool worth_retry;
  };
  for (const Case& c : {Case{400, base::ErrorKind::unavailable, false},
                        Case{401, base::ErrorKind::permission, false},
                        Case{403, base::ErrorKind::permission, false},
                        Case{404, base::ErrorKind::unavailable, false},
                        Case{410, base::ErrorKind::unavailable, false},
                        Case{429, base::ErrorKind::temporary, true},
                        Case{500, base::ErrorKind::temporary, true},
                        Case{503, base::ErrorKind::temporary, true},
                        Case{204, base::ErrorKind::protocol, false},
                        Case{302, base::ErrorKind::protocol, false}}) {
    CAPTURE(c.status);
    const PollError error = failure_of(response_of(c.status));
    CHECK(error.kind() == c.kind);
    CHECK(error.cause().worth_retry == c.worth_retry);
  }
}

TEST_CASE("a refusal after a redirect says where the service has gone") {
  http::Response response = response_of(401);
  response.url = "https://elsewhere.org/api/states/all";
  CHECK(failure_of(response).hint().find("https://elsewhere.org:443") != std::string_view::npos);
  response.url = "https://example.org/api/states/all?lamin=1";
  CHECK(failure_of(response).hint().find("API client's file") != std::string_view::npos);
}

TEST_CASE("the message has the place without its query and the server's own words on one line") {
  const PollError error = failure_of(response_of(400, "Bad\nbox\n"));
  CHECK(std::string(error.what()) ==
        "could not fetch \"https://example.org/api/states/all\": the server answered 400: Bad box");
  CHECK(error.cause().label == "status_400");
}

TEST_CASE("pages and long texts do not fill the log") {
  CHECK(std::string(failure_of(response_of(503, "<html>long page</html>")).what())
            .ends_with("answered 503"));
  CHECK(std::string(failure_of(response_of(500, std::string(5000, 'x'))).what()).size() < 400);
}

TEST_CASE("a page with status 200 is told apart") {
  CHECK(failure_of(response_of(200, "\n <!DOCTYPE html>")).cause().label == "html");
  http::Response response = response_of(200, "{}");
  response.headers["content-type"] = "text/html; charset=utf-8";
  CHECK(failure_of(response).cause().worth_retry);
}

TEST_CASE("the server's pause is read from either header") {
  http::Response response = response_of(429);
  response.headers["x-rate-limit-retry-after-seconds"] = "60394";
  CHECK(failure_of(response).cause().wait == std::chrono::seconds(60394));
  CHECK(failure_of(response).cause().label == "rate_limited");
  http::Response busy = response_of(503);
  busy.headers["retry-after"] = "7";
  CHECK(failure_of(busy).cause().wait == std::chrono::seconds(7));
  CHECK_FALSE(failure_of(response_of(429)).cause().wait.has_value());
}

TEST_CASE("no answer from afar hints at blocked addresses") {
  const http::TransportError timeout(
      base::ErrorKind::temporary, "could not fetch", "", http::Failure::timeout);
  CHECK(no_answer(timeout, "https://example.org/").hint().find("blocks") != std::string_view::npos);
  CHECK(no_answer(timeout, "http://127.0.0.1/").hint().empty());
  CHECK(no_answer(timeout, "http://127.0.0.1/").cause().label == "timeout");
}

TEST_CASE("a picture in pieces of different instants is worth another try") {
  const PollError error = not_one_picture(2, "https://example.org/api/states/all?x=1");
  CHECK(error.cause().worth_retry);
  CHECK(error.kind() == base::ErrorKind::temporary);
}

TEST_CASE("credits are read from the header") {
  http::Response response = response_of(200);
  CHECK_FALSE(credits_left(response).has_value());
  response.headers["x-rate-limit-remaining"] = "398";
  CHECK(credits_left(response) == 398);
}

}  // namespace cdckit::opensky_fetch
