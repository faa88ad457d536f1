#include "common/kafka/queue_wake.hpp"

#include "common/kafka/consumer.hpp"
#include "common/kafka/producer.hpp"
#include "tests/unit/common/kafka/mock_cluster.hpp"

#include <doctest/doctest.h>

namespace kafka = cdckit::kafka;
namespace io = cdckit::io;
using cdckit::test::MockCluster;
using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

void send(const MockCluster& cluster, const char* value) {
  cdckit::test::QuietListener quiet;
  kafka::Producer producer(cluster.settings(), seconds(30), quiet);
  kafka::Outgoing record;
  record.topic = producer.find_topic("t", seconds(10)).value();
  record.value = value;
  REQUIRE(producer.enqueue(record) == kafka::Enqueued::done);
  while (!producer.flush(milliseconds(100))) {
  }
}

}  // namespace

TEST_CASE("a reader that rests is woken by each record that comes") {
  MockCluster cluster;
  cluster.make_topic("t", 1);
  kafka::Consumer consumer(cluster.settings(), "g");
  consumer.assign({{{"t", 0}, kafka::kOffsetBeginning}});
  // nothing more is there: the end is told once
  REQUIRE(cdckit::test::eventually(
      [&] { return consumer.poll(milliseconds(50)) == kafka::Polled::end_of_partition; }));
  for (const char* value : {"a", "b", "c"}) {
    consumer.clear_wake();
    CHECK(consumer.poll(milliseconds(0)) == kafka::Polled::nothing);
    CHECK(io::wait_readable({consumer.wake_fd()}, milliseconds(10)) == 0);
    send(cluster, value);
    REQUIRE(cdckit::test::eventually([&] {
      CHECK(io::wait_readable({consumer.wake_fd()}, seconds(10)) != 0);
      consumer.clear_wake();
      return consumer.poll(milliseconds(0)) == kafka::Polled::record;
    }));
    CHECK(consumer.record().value == value);
    CHECK(cdckit::test::eventually(
        [&] { return consumer.poll(milliseconds(50)) == kafka::Polled::end_of_partition; }));
  }
}
