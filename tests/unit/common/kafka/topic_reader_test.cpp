#include "common/kafka/topic_reader.hpp"

#include "common/kafka/producer.hpp"
#include "tests/unit/common/kafka/mock_cluster.hpp"

#include <doctest/doctest.h>

namespace kafka = cdckit::kafka;
using cdckit::test::MockCluster;
using std::chrono::milliseconds;
using std::chrono::seconds;

TEST_CASE("all records of all partitions are read") {
  MockCluster cluster;
  cluster.make_topic("t", 3);
  cdckit::test::QuietListener quiet;
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

TEST_CASE("the last records are read alone, and up to the high watermark") {
  MockCluster cluster;
  cluster.make_topic("t", 1);
  cdckit::test::QuietListener quiet;
  kafka::Producer producer(cluster.settings(), seconds(30), quiet);
  const auto topic = producer.find_topic("t", seconds(10));
  REQUIRE(topic);
  for (int i = 0; i < 50; ++i) {
    const std::string value = std::to_string(i);
    kafka::Outgoing record;
    record.topic = *topic;
    record.value = value;
    REQUIRE(producer.enqueue(record) == kafka::Enqueued::done);
  }
  while (!producer.flush(milliseconds(100))) {
  }
  std::vector<std::string> seen;
  const auto take = [&](const kafka::Record& record) { seen.emplace_back(*record.value); };
  const kafka::ReadRange range{2, true};
  CHECK(kafka::read_topic(cluster.settings(), "t", seconds(20), take, range));
  CHECK(seen == std::vector<std::string>{"48", "49"});
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
