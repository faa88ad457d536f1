#include "tools/kcat-cdc/commands/reset.hpp"

#include "common/base/error.hpp"

#include <doctest/doctest.h>

using cdckit::kcat_cdc::parse_reset;
using cdckit::kcat_cdc::ResetTarget;
using Kind = ResetTarget::Kind;

TEST_CASE("where a group may be sent") {
  CHECK(parse_reset("beginning").kind == Kind::beginning);
  CHECK(parse_reset("end").kind == Kind::end);
  CHECK(parse_reset("@1790000000").value == 1'790'000'000'000);
  CHECK(parse_reset("0").kind == Kind::offset);
  CHECK(parse_reset("123456").value == 123456);
}

TEST_CASE("positions in every notation that is printed") {
  const std::string change = "00000000016B3748/0000000000000002";
  CHECK(parse_reset(change).kind == Kind::position);
  CHECK(parse_reset(change).position == change);
  // what a commit holds stands below its end
  for (const char* commit : {"0/16B3748", "00000000016B3748"}) {
    CAPTURE(commit);
    CHECK(parse_reset(commit).kind == Kind::position);
    CHECK(parse_reset(commit).position == "00000000016B3748/FFFFFFFFFFFFFFFF");
  }
}

TEST_CASE("anything else is refused") {
  for (const char* text : {"", "-1", "stored", "@soon", "1/x", "99999999999999999999"}) {
    CAPTURE(text);
    CHECK_THROWS_AS(parse_reset(text), cdckit::base::Error);
  }
}
