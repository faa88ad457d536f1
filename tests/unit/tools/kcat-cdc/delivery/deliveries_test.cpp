#include "tools/kcat-cdc/delivery/deliveries.hpp"

#include <doctest/doctest.h>

using namespace cdckit;
using kcat_cdc::Deliveries;

namespace {

kafka::FailedDelivery failed(std::uint64_t tag, bool too_large, bool dropped = false) {
  return {tag,
          too_large,
          dropped,
          base::Error(base::ErrorKind::temporary, "could not deliver"),
          "topic",
          R"({"id":1})",
          R"({"op":"c"})",
          {{"cdc.pos", "P"}}};
}

}  // namespace

TEST_CASE("the first failure is kept until it is forgotten") {
  Deliveries deliveries;
  deliveries.check();
  deliveries.failed(failed(1, false));
  CHECK_THROWS_AS(deliveries.check(), base::Error);
  deliveries.forget_failure();
  deliveries.check();
}

TEST_CASE("what was dropped with its transaction is no failure") {
  Deliveries deliveries;
  deliveries.failed(failed(1, false, true));
  deliveries.check();
}

TEST_CASE("a record too large is kept as the line it was, and handed over once") {
  Deliveries deliveries;
  deliveries.failed(failed(1, true));
  deliveries.check();
  const auto records = deliveries.take_too_large();
  REQUIRE(records.size() == 1);
  CHECK(records[0].pos == "P");
  CHECK(records[0].row == R"({"pos":"P","key":{"id":1},"op":"c"})");
  CHECK(records[0].topic == "topic");
  CHECK(records[0].bytes == 18);
  CHECK(deliveries.too_large().empty());
}

TEST_CASE("a shape or a position that is too large is a failure") {
  for (const std::uint64_t tag : {kcat_cdc::kShapeTag, kcat_cdc::kPositionTag}) {
    Deliveries deliveries;
    deliveries.failed(failed(tag, true));
    CHECK_THROWS_AS(deliveries.check(), base::Error);
  }
}

TEST_CASE("a shape is on its way until it is delivered") {
  Deliveries deliveries;
  deliveries.shape_sent();
  CHECK(deliveries.shape_on_its_way());
  deliveries.delivered(kcat_cdc::kShapeTag);
  CHECK_FALSE(deliveries.shape_on_its_way());
}
