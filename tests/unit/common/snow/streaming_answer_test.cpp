#include "common/snow/streaming_answer.hpp"

#include <doctest/doctest.h>

using namespace cdckit;
using snow::StreamFault;

TEST_CASE("host names come as text or JSON, underscores become hyphens") {
  CHECK(snow::parse_hostname("my_org.ingest.snowflakecomputing.com\n").host ==
        "my-org.ingest.snowflakecomputing.com");
  CHECK(snow::parse_hostname(R"({"hostname":"a.b"})").host == "a.b");
  const auto whole = snow::parse_hostname("HTTP://127.0.0.1:81/");
  CHECK(whole.scheme == "http");
  CHECK(whole.host == "127.0.0.1");
  CHECK(whole.port == 81);
  for (const char* bad : {"", "  ", "<html>", "{}", "a b", "host:99999"}) {
    CHECK_THROWS_AS(snow::parse_hostname(bad), base::Error);
  }
}

TEST_CASE("tokens come as text or JSON") {
  CHECK(snow::parse_token("abc\n") == "abc");
  CHECK(snow::parse_token(R"({"token":"t"})") == "t");
  CHECK(snow::parse_token(R"({"access_token":"t"})") == "t");
  CHECK_THROWS_AS(snow::parse_token("<html> no </html>"), base::Error);
}

TEST_CASE("open, append, status") {
  const auto opened = snow::parse_opened(
      R"({"next_continuation_token":"3_1","channel_status":{"channel_status_code":"SUCCESS",
      "last_committed_offset_token":"T","rows_error_count":2}})");
  REQUIRE(opened);
  CHECK(opened->status.committed_token == "T");
  CHECK(opened->status.rows_errors == 2);
  CHECK_FALSE(snow::parse_opened("{\"next_cont"));
  CHECK(snow::parse_appended(R"({"next_continuation_token":"3_2"})") == "3_2");
  CHECK_FALSE(snow::parse_appended(""));
  const auto states = snow::parse_statuses(
      R"({"channel_statuses":{"c":{"rows_errors":5,"last_committed_offset_token":null}}})");
  REQUIRE(states);
  CHECK(states->at("c").rows_errors == 5);
  CHECK(states->at("c").committed_token.empty());
}

TEST_CASE("what a refusal asks for is decided by its code first") {
  const auto fault = [](long status, const std::string& code) {
    return snow::stream_error("do", status, R"({"code":")" + code + "\"}").fault();
  };
  CHECK(fault(400, "STALE_CONTINUATION_TOKEN_SEQUENCER") == StreamFault::taken_over);
  CHECK(fault(409, "ERR_CHANNEL_HAS_UNCOMMITTED_DATA") == StreamFault::uncommitted);
  CHECK(fault(409, "") == StreamFault::reopen);
  CHECK(fault(404, "ERR_CHANNEL_DOES_NOT_EXIST_OR_NOT_AUTHORIZED") == StreamFault::reopen);
  CHECK(fault(400, "ERR_TABLE_DOES_NOT_EXIST_NOT_AUTHORIZED") == StreamFault::missing);
  CHECK(fault(404, "") == StreamFault::missing);
  CHECK(fault(410, "") == StreamFault::moved);
  CHECK(fault(413, "") == StreamFault::too_large);
  CHECK(fault(429, "") == StreamFault::transient);
  CHECK(snow::stream_error("do", 503, "<html>").retryable());
  CHECK(snow::stream_error("do", 400, "").kind() == base::ErrorKind::protocol);
}

TEST_CASE("states of channels") {
  const auto fault = [](const std::string& code) { return snow::channel_fault({.code = code}); };
  CHECK_FALSE(fault("SUCCESS"));
  CHECK_FALSE(fault("ACTIVE"));
  CHECK_FALSE(fault("0"));
  CHECK(fault("ERR_CHANNEL_MUST_BE_REOPENED_DUE_TO_ROW_SEQ_GAP") == StreamFault::reopen);
  CHECK(fault("ERR_CHANNEL_HAS_INVALID_CLIENT_SEQUENCER") == StreamFault::taken_over);
  CHECK(fault("ERR_PIPE_DOES_NOT_EXIST_OR_NOT_AUTHORIZED") == StreamFault::missing);
}
