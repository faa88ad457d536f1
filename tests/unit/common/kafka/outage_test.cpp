#include "common/kafka/outage.hpp"

#include <doctest/doctest.h>

using cdckit::kafka::Outage;
using std::chrono::milliseconds;

namespace {

Outage::TimePoint at(int ms) {
  return Outage::TimePoint{} + milliseconds(ms);
}

}  // namespace

TEST_CASE("an outage begins with the first word of it, and ends with an answer") {
  Outage outage;
  CHECK_FALSE(outage.since());
  outage.note("gone", at(5));
  outage.note("gone again", at(7));
  CHECK(outage.since() == at(5));
  outage.end();
  CHECK_FALSE(outage.since());
}

TEST_CASE("connections that are closed while nothing waits are not worth a word") {
  Outage outage;
  outage.note("gone", at(0));
  CHECK_FALSE(outage.due(false, at(60'000)));
  CHECK_FALSE(outage.due(true, at(60'001)));  // the first record after an hour opens them again
  outage.end();
  CHECK_FALSE(outage.due(true, at(90'000)));
}

TEST_CASE("what waits for a second says so, once") {
  Outage outage;
  outage.note("gone", at(0));
  CHECK_FALSE(outage.due(true, at(10)));
  CHECK_FALSE(outage.due(false, at(500)));
  CHECK_FALSE(outage.due(true, at(600)));
  CHECK_FALSE(outage.due(true, at(1'599)));
  CHECK(outage.due(true, at(1'600)) == "gone");
  CHECK_FALSE(outage.due(true, at(5'000)));
  outage.note("gone for the second time", at(6'000));
  CHECK_FALSE(outage.due(true, at(6'001)));
  CHECK(outage.due(true, at(7'001)) == "gone for the second time");
}
