#include "common/kafka/topic_reader.hpp"

#include "tests/unit/common/kafka/mock_cluster.hpp"

#include <doctest/doctest.h>

namespace kafka = cdckit::kafka;
using cdckit::test::MockCluster;
using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

struct Quiet : kafka::DeliveryListener {
  void delivered(std::uint64_t) override {}
  void failed(const kafka::FailedDelivery&) override { FAIL_CHECK("a record was not delivered"); }
};

}  // namespace

TEST_CASE("all records of all partitions are read") {
  MockCluster cluster;
  cluster.make_topic("t", 3);
  Quiet quiet;
  kafka::Producer producer(cluster.settings(), seconds(30), quiet);
  const auto topic = producer.find_topic("t", seconds(10));
  REQUIRE(topic);
  for (int i = 0; i < 50; ++i) {
    const std::string key = "k" + std::to_string(i);
    kafka::Outgoing record;
    record.topic = *topic;
    record.key = key;
    record.value = "v";
    REQUIRE(producer.enqueue(record) == kafka::Enqueued::done);
  }
  while (!producer.flush(milliseconds(100))) {
  }
  int seen = 0;
  CHECK(kafka::read_topic(cluster.settings(), "t", seconds(20), [&](const kafka::Record& record) {
    CHECK(record.value == "v");
    ++seen;
  }));
  CHECK(seen == 50);
}

TEST_CASE("an empty topic has an end too") {
  MockCluster cluster;
  cluster.make_topic("t", 1);
  int seen = 0;
  CHECK(kafka::read_topic(
      cluster.settings(), "t", seconds(20), [&](const kafka::Record&) { ++seen; }));
  CHECK(seen == 0);
}

TEST_CASE("nobody there is temporary") {
  CHECK_THROWS_AS(
      kafka::read_topic({{"bootstrap.servers", "127.0.0.1:1"}}, "t", milliseconds(200), {}),
      cdckit::base::Error);
}
