#include "tools/kcat-cdc/consume/partition_watch.hpp"

#include "common/base/error.hpp"
#include "tests/unit/common/kafka/mock_cluster.hpp"

#include <doctest/doctest.h>

using namespace cdckit;
using kcat_cdc::PartitionWatch;
using std::chrono::seconds;

namespace {

// The message once look() has something to say.
std::string found(PartitionWatch& watch) {
  std::string out;
  (void)test::eventually(
      [&] {
        try {
          watch.look({});
        } catch (const base::Error& error) {
          out = error.what();
        }
        return !out.empty();
      },
      seconds(4));
  return out;
}

}  // namespace

TEST_CASE("a partition that no broker knows is gone, one that is there was only late") {
  test::MockCluster cluster;
  cluster.make_topic("t", 1);
  kafka::Consumer consumer(cluster.settings(), "g");
  PartitionWatch watch(consumer, "", seconds(60));
  watch.missing({"t", 0});
  watch.missing({"t", 1});
  CHECK(found(watch) == "could not go on with topic \"t\" partition 1: it was deleted");
  watch.forget({"t", 1});
  CHECK(found(watch).empty());
}

TEST_CASE("an offset that is gone: an error, or where auto.offset.reset says") {
  test::MockCluster cluster;
  cluster.make_topic("t", 1);
  kafka::Consumer consumer(cluster.settings(), "g");
  try {
    (void)PartitionWatch(consumer, "", seconds(60)).after_gone({"t", 0}, 100);
    FAIL_CHECK("went on");
  } catch (const base::Error& error) {
    CHECK(error.kind() == base::ErrorKind::unavailable);
    CHECK(std::string(error.what()) ==
          "could not go on with topic \"t\" partition 0: offset 100 is not there, it holds 0 to 0");
  }
  CHECK(PartitionWatch(consumer, "latest", seconds(60)).after_gone({"t", 0}, 100) == 0);
}

TEST_CASE("a topic that was made again: an error, or where auto.offset.reset says") {
  test::MockCluster cluster;
  cluster.make_topic("t", 1);
  kafka::Consumer consumer(cluster.settings(), "g");
  CHECK_THROWS_WITH_AS((void)PartitionWatch(consumer, "", seconds(60)).after_remade({"t", 0}),
                       doctest::Contains("made again"),
                       base::Error);
  CHECK(PartitionWatch(consumer, "earliest", seconds(60)).after_remade({"t", 0}) == 0);
}

TEST_CASE("an offset that the group had and has no more tells that the topic was deleted") {
  test::MockCluster cluster;
  cluster.make_topic("t", 2);
  kafka::Consumer consumer(cluster.settings(), "g");
  PartitionWatch watch(consumer, "", seconds(60));
  watch.watch_group();
  watch.stored({"t", 0}, kafka::kNoOffset);
  CHECK_NOTHROW(watch.look({{"t", 0}, {"t", 1}}));
  consumer.place({{{"t", 0}, 7}});
  CHECK_NOTHROW(watch.look({{"t", 0}, {"t", 1}}));
  CHECK_THROWS_WITH_AS(watch.stored({"t", 0}, kafka::kNoOffset),
                       doctest::Contains("and with it the group's offset"),
                       base::Error);
  watch.stored({"t", 1}, 0);
  CHECK_THROWS_AS(watch.look({{"t", 0}, {"t", 1}}), base::Error);
  PartitionWatch lenient(consumer, "latest", seconds(60));
  lenient.watch_group();
  lenient.stored({"t", 1}, 0);
  CHECK_NOTHROW(lenient.look({{"t", 1}}));
}

TEST_CASE("a member that got nothing is sure of it after a while") {
  kafka::Consumer consumer({{"bootstrap.servers", "127.0.0.1:1"}}, "g");
  PartitionWatch watch(consumer, "", seconds(60));
  CHECK_FALSE(watch.settled());
  watch.rebalanced();
  CHECK_FALSE(watch.settled());
}
