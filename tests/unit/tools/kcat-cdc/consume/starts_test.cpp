#include "tools/kcat-cdc/consume/starts.hpp"

#include <doctest/doctest.h>

using namespace cdckit::kcat_cdc;
using namespace cdckit;

namespace {

const kafka::Partition kPartition{"t", 0};
const From kStored{};
const From kEnd{From::Kind::end, 0};

}  // namespace

TEST_CASE("a group goes on where it is, a new one at the beginning") {
  const Starts starts(kStored, true);
  CHECK(starts.of(kPartition, {7}, {}).offset == 7);
  CHECK(starts.of(kPartition, {kafka::kNoOffset}, {}).offset == kafka::kOffsetBeginning);
}

TEST_CASE("an ack that was not committed counts") {
  Starts starts(kStored, true);
  starts.set_earlier({{kPartition, 9}}, 5'000);
  CHECK(starts.of(kPartition, {7}, {}).offset == 9);
  CHECK(starts.of(kPartition, {7}, {}).from_ack);
  CHECK(starts.of(kPartition, {7}, {}).older_than_ms == 0);
  CHECK(starts.of(kPartition, {kafka::kNoOffset}, {}).older_than_ms == 5'000);
  CHECK(starts.of(kPartition, {11}, {}).offset == 11);
  CHECK_FALSE(starts.of(kPartition, {11}, {}).from_ack);
  // a partition that went away and came back is where the group is
  CHECK(starts.of(kPartition, {8}, 12).offset == 8);
}

TEST_CASE("where somebody put the group counts, whatever an ack file of the past says") {
  Starts starts(kStored, true);
  starts.set_earlier({{kPartition, 9}}, 5'000);
  CHECK(starts.of(kPartition, {2, true}, {}).offset == 2);
  CHECK_FALSE(starts.of(kPartition, {2, true}, {}).from_ack);
  CHECK(starts.of(kPartition, {20, true}, {}).offset == 20);
  // not what this run has been told since
  CHECK(starts.of(kPartition, {2, true}, 12, 11).offset == 11);
}

TEST_CASE("what was acknowledged to this run is not read again, whatever a rebalance kept back") {
  const Starts starts(kStored, true);
  CHECK(starts.of(kPartition, {8}, 12, 11).offset == 11);
  CHECK(starts.of(kPartition, {8}, 12, 11).from_ack);
  CHECK(starts.of(kPartition, {15}, 12, 11).offset == 15);
  const Starts without(kStored, false);
  CHECK(without.of(kPartition, {8}, {}, 11).offset == 8);
}

TEST_CASE("a partition that comes back starts where the group is, whatever --from says") {
  Starts starts(kEnd, true);
  starts.note({{kPartition, 100}});
  CHECK(starts.of(kPartition, {100}, {}).offset == 100);
  CHECK(starts.of(kPartition, {140}, 150).offset == 140);
}

TEST_CASE("what came after the start is read from its beginning") {
  Starts starts(kEnd, false);
  starts.note({{kPartition, 100}});
  CHECK(starts.of(kPartition, {kafka::kNoOffset}, {}).offset == 100);
  CHECK(starts.of({"t", 1}, {kafka::kNoOffset}, {}).offset == kafka::kOffsetBeginning);
  const Starts by_offset({From::Kind::offset, 5}, false);
  CHECK(by_offset.of({"t", 1}, {kafka::kNoOffset}, {}).offset == kafka::kOffsetBeginning);
}

TEST_CASE("without commits --from counts against what others stored, and this run remembers") {
  Starts starts(kEnd, false);
  starts.note({{kPartition, 100}});
  CHECK(starts.of(kPartition, {30}, {}).offset == 100);
  CHECK(starts.of(kPartition, {30}, 120).offset == 120);
}

TEST_CASE("in a living group --from is not applied") {
  Starts starts(kEnd, true);
  starts.join_living();
  CHECK(starts.from().kind == From::Kind::stored);
  CHECK(starts.of(kPartition, {30}, {}).offset == 30);
  CHECK(starts.of(kPartition, {kafka::kNoOffset}, {}).offset == kafka::kOffsetBeginning);
}

TEST_CASE("a time must be looked up for what came later") {
  Starts starts({From::Kind::time, 1000}, false);
  CHECK(starts.needs_lookup(kPartition));
  starts.note({{kPartition, 3}});
  CHECK_FALSE(starts.needs_lookup(kPartition));
}
