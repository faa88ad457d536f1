#include "tools/kcat-cdc/transactions/position_record.hpp"

#include "common/base/error.hpp"

#include <doctest/doctest.h>

using namespace cdckit;
using kcat_cdc::PositionRecord;

namespace {

event::Marks marks(bool snapshot) {
  event::Marks out;
  out.advance({event::Origin::stream, {0x16B3748, 2}});
  if (snapshot) out.advance({event::Origin::snapshot, {0x16B0000, 0x2A}});
  return out;
}

bool refuses(const PositionRecord& stored, std::string_view source) {
  try {
    kcat_cdc::require_source(stored, source, "id");
    return false;
  } catch (const base::Error& error) {
    CHECK(error.kind() == base::ErrorKind::unavailable);
    return true;
  }
}

}  // namespace

TEST_CASE("a position record is written as it is read") {
  const PositionRecord full{R"({"slot":"s"})", "a\"b", marks(true)};
  CHECK(kcat_cdc::format(full) == R"({"v":1,"source":{"slot":"s"},"target":"a\"b",)"
                                  R"("stream":"00000000016B3748/0000000000000002",)"
                                  R"("snapshot":"00000000016B0000/000000000000002A"})");
  CHECK(kcat_cdc::parse_position_record(kcat_cdc::format(full)) == full);
  const PositionRecord none{"", "t", {}};
  CHECK(kcat_cdc::format(none) ==
        R"({"v":1,"source":null,"target":"t","stream":null,"snapshot":null})");
  CHECK(kcat_cdc::parse_position_record(kcat_cdc::format(none)) == none);
}

TEST_CASE("what is no position record is told apart") {
  for (const char* text : {"",
                           "null",
                           "[]",
                           R"({"v":2,"source":null,"target":"t"})",
                           R"({"v":1,"source":null})",
                           R"({"v":1,"source":null,"target":"t","stream":"0/1","snapshot":null})",
                           R"({"v":1,"source":null,"target":"t","stream":5,"snapshot":null})",
                           R"({"v":1,"source":null,"target":"t","stream":null)"}) {
    CAPTURE(text);
    CHECK_FALSE(kcat_cdc::parse_position_record(text));
  }
}

TEST_CASE("positions of another source or target are none of ours") {
  const PositionRecord stored{R"({"slot":"s","db":"d"})", "t", marks(false)};
  CHECK_FALSE(refuses(stored, R"({ "db":"d", "slot":"s" })"));
  CHECK(refuses(stored, R"({"slot":"other","db":"d"})"));
  CHECK(refuses(stored, ""));
  CHECK(refuses({"", "t", {}}, R"({"slot":"s"})"));
  CHECK_FALSE(refuses({"", "t", {}}, ""));
  kcat_cdc::require_target(stored, "t", "id");
  CHECK_THROWS_AS(kcat_cdc::require_target(stored, "u", "id"), base::Error);
}

TEST_CASE("position topics are named after what topics share") {
  using kcat_cdc::position_topic_of;
  using kcat_cdc::target_base;
  CHECK(target_base("flights", "") == "flights");
  CHECK(target_base("", "air.{schema}.{table}") == "air");
  CHECK(target_base("", "eu.air.{schema}.{table}") == "eu.air");
  CHECK(target_base("", "everything") == "everything");
  CHECK(position_topic_of("flights", "id 1") == "flights.__position.id_1");
  CHECK(position_topic_of(target_base("", "{schema}.{table}"), "x") == "__position.x");
}
