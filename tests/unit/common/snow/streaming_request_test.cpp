#include "common/snow/streaming_request.hpp"

#include <algorithm>

#include <doctest/doctest.h>

using namespace cdckit;

namespace {

const snow::PipeAddress kPipe{"CDC", "RAW", "my table-STREAMING"};

bool holds(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("open: the token stays, uncommitted rows are waited for") {
  const http::Request request = snow::open_request(kPipe, "p_T.x_0", {"id", 2});
  CHECK(request.method == "PUT");
  CHECK(holds(request.url, "/pipes/%22my%20table-STREAMING%22/channels/p_T.x_0?requestId=id"));
  CHECK(holds(request.url, "retryCount=2"));
  CHECK(holds(std::string(request.body), "fail_on_uncommitted_rows\":true"));
  CHECK_FALSE(holds(std::string(request.body), "offset_token"));
}

TEST_CASE("append: tokens and encoding") {
  const http::Request request = snow::append_request(kPipe,
                                                     "c",
                                                     {.continuation_token = "0_1",
                                                      .start_token = "1/2",
                                                      .end_token = "3~4",
                                                      .body = "frame",
                                                      .uncompressed_bytes = 77},
                                                     {"id", 0});
  CHECK(holds(request.url, "continuationToken=0_1&startOffsetToken=1%2F2&endOffsetToken=3~4"));
  CHECK(request.body == "frame");
  CHECK(std::count(request.headers.begin(), request.headers.end(), "Content-Encoding: zstd") == 1);
}

TEST_CASE("status and drop") {
  CHECK(snow::status_body({"a", "b\"c"}) == R"({"channel_names":["a","b\"c"]})");
  const std::string body = snow::status_body({"a"});
  CHECK(holds(snow::status_request(kPipe, body, {"i", 0}).url, ":bulk-channel-status?requestId=i"));
  CHECK(snow::drop_request(kPipe, "c", {"i", 0}).method == "DELETE");
}
