#include "common/token/token.hpp"

#include "common/base/clock.hpp"
#include "common/base/error.hpp"

#include <doctest/doctest.h>

using namespace cdckit;
using token::parse_token;

TEST_CASE("a token by itself") {
  const auto found = parse_token("  abc.def \n");
  CHECK(found.text.reveal() == "abc.def");
  CHECK_FALSE(found.expires_at_ms);
  CHECK(found.principal.empty());
}

TEST_CASE("an object says more") {
  const auto found = parse_token(
      R"({"token":"abc","expires_at":"2026-03-01T12:00:00Z","principal":"loader","more":1})");
  CHECK(found.text.reveal() == "abc");
  CHECK(found.expires_at_ms == 1'772'366'400'000);
  CHECK(found.principal == "loader");
  CHECK(parse_token(R"({"token":"abc","expires_at":1772366400.5})").expires_at_ms ==
        1'772'366'400'000);
  CHECK_THROWS_AS(parse_token(R"({"access_token":"abc"})"), base::Error);
  CHECK_THROWS_AS(parse_token(R"({"token":17})"), base::Error);
}

TEST_CASE("what a server answers") {
  const std::int64_t before = base::unix_milliseconds();
  const auto found = token::parse_token_answer(
      R"({"access_token":"eyJhbGciOiJub25lIn0.eyJzdWIiOiJmbGlnaHRzIiwiZXhwIjoxNzkwMDAwMDAwfQ.",)"
      R"("token_type":"Bearer","expires_in":300})");
  CHECK(found.principal == "flights");
  CHECK(*found.expires_at_ms >= before + 300'000);
  CHECK(*found.expires_at_ms < before + 360'000);
  CHECK(token::parse_token_answer(R"({"access_token":"abc"})").text.reveal() == "abc");
  CHECK_FALSE(token::parse_token_answer(R"({"access_token":"abc"})").expires_at_ms);
  for (const char* none : {"", "abc", R"({"token":"abc"})", R"({"error":"invalid_client"})"})
    CHECK_THROWS_AS(token::parse_token_answer(none), base::Error);
}

TEST_CASE("a JWT tells its own end and subject") {
  // {"alg":"none"}.{"sub":"flights","exp":1790000000}.
  const auto found =
      parse_token("eyJhbGciOiJub25lIn0.eyJzdWIiOiJmbGlnaHRzIiwiZXhwIjoxNzkwMDAwMDAwfQ.");
  CHECK(found.expires_at_ms == 1'790'000'000'000);
  CHECK(found.principal == "flights");
  // what the command says counts more
  const auto told = parse_token(
      R"({"token":"eyJhbGciOiJub25lIn0.eyJzdWIiOiJmbGlnaHRzIiwiZXhwIjoxNzkwMDAwMDAwfQ.","principal":"me"})");
  CHECK(told.principal == "me");
  CHECK(told.expires_at_ms == 1'790'000'000'000);
}

TEST_CASE("what looks like a JWT and is none is a token all the same") {
  CHECK(parse_token("a.b.c").text.reveal() == "a.b.c");
  CHECK_FALSE(parse_token("a.b.c").expires_at_ms);
  CHECK_FALSE(parse_token("..").expires_at_ms);
}

TEST_CASE("a command gives one") {
  CHECK(token::get_token("echo abc").text.reveal() == "abc");
}
