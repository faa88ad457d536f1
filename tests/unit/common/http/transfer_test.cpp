#include "common/http/transfer.hpp"

#include <doctest/doctest.h>

using namespace cdckit;

TEST_CASE("methods that carry a body") {
  CHECK(http::sends_body("POST"));
  CHECK(http::sends_body("PUT"));
  CHECK_FALSE(http::sends_body("GET"));
  CHECK_FALSE(http::sends_body("DELETE"));
}

TEST_CASE("an unsafe URL is refused before anything is set up") {
  http::initialise_curl();
  const http::EasyHandle easy(curl_easy_init());
  http::Transfer transfer;
  http::Request request;
  request.url = "http://example.com/";
  CHECK_THROWS_AS(http::prepare_transfer(easy.get(), request, {}, transfer), base::Error);
}

TEST_CASE("a transfer that failed says how") {
  http::initialise_curl();
  const http::EasyHandle easy(curl_easy_init());
  http::Transfer transfer;
  http::Request request;
  request.url = "http://127.0.0.1:1/";
  http::prepare_transfer(easy.get(), request, {}, transfer);
  CHECK_THROWS_AS(http::finish_transfer(easy.get(), CURLE_COULDNT_CONNECT, request, transfer),
                  http::TransportError);
}
