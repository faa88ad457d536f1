#include "tools/snow-put/target/source_state.hpp"

#include "tests/unit/support/snow_stub.hpp"

#include <doctest/doctest.h>

using namespace cdckit;
using namespace cdckit::snow_put;

TEST_CASE("a source is its members in any order, but for the timeline") {
  const auto one = identity_of(R"({"system_id":"7","timeline":2,"slot":"s"})");
  CHECK(one.timeline == 2);
  CHECK(
      identity_conflict(one, identity_of(R"({"slot":"s","system_id":"7","timeline":3})")).empty());
  CHECK_FALSE(
      identity_conflict(one, identity_of(R"({"slot":"s","system_id":"7","timeline":1})")).empty());
  CHECK_FALSE(
      identity_conflict(one, identity_of(R"({"slot":"s","system_id":"8","timeline":2})")).empty());
  CHECK_FALSE(identity_conflict(one, identity_of(R"({"slot":"s"})")).empty());
}

TEST_CASE("another source under a prefix is refused, a new prefix is written down") {
  std::string stored = R"({"slot":"a"})";
  std::string error;
  tests::SnowStub stub([&](const std::string& request) {
    if (!error.empty()) return tests::SqlReply{{}, {}, error};
    if (request.find("SELECT \\\"SOURCE") == std::string::npos) return tests::SqlReply{};
    if (stored.empty()) return tests::SqlReply{{"SOURCE", "ACKED_POS"}, {}, ""};
    return tests::SqlReply{{"SOURCE", "ACKED_POS"}, {{stored, "end"}}, ""};
  });
  snow::SqlApi api(stub.settings(), {});
  SourceState state({"D", "S"}, "p", true);
  CHECK_NOTHROW(state.check(api, ""));  // it says nothing
  CHECK_NOTHROW(state.check(api, R"({"slot":"a"})"));
  const std::string other = R"({"slot":"b"})";
  CHECK_THROWS_AS(state.check(api, other), base::Error);
  stored.clear();
  CHECK_NOTHROW(state.check(api, other));
  CHECK(stub.requests().back().find("INSERT INTO") != std::string::npos);
  error = "000606";  // no warehouse: said, not fatal
  CHECK_NOTHROW(state.check(api, other));
  error = "003001";
  CHECK_THROWS_AS(state.check(api, other), base::Error);
}

TEST_CASE("_CDC_STATE is made where it is missing alone") {
  bool there = true;
  bool made = false;
  tests::SnowStub stub([&](const std::string& request) {
    if (request.find("CREATE TABLE") != std::string::npos) there = made = true;
    if (!there) return tests::SqlReply{{}, {}, "002003"};
    return tests::SqlReply{{"SOURCE", "ACKED_POS"}, {}, ""};
  });
  snow::SqlApi api(stub.settings(), {});
  SourceState state({"D", "S"}, "p", true);
  CHECK_NOTHROW(state.check(api, R"({"slot":"a"})"));
  CHECK_FALSE(made);
  there = false;
  CHECK_NOTHROW(state.check(api, R"({"slot":"a"})"));
  CHECK(made);
}
