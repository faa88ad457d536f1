#include "common/kafka/message.hpp"

#include "common/kafka/producer.hpp"
#include "common/kafka/topic_reader.hpp"
#include "tests/unit/common/kafka/mock_cluster.hpp"

#include <doctest/doctest.h>

namespace kafka = cdckit::kafka;

TEST_CASE("headers keep their order, names may repeat, and null is not empty") {
  const std::vector<kafka::Header> headers = {{"b", "1"}, {"a", ""}, {"b", std::nullopt}};
  cdckit::test::MockCluster cluster;
  cluster.make_topic("t", 1);
  cdckit::test::QuietListener quiet;
  kafka::Producer producer(cluster.settings(), std::chrono::seconds(30), quiet);
  kafka::Outgoing record;
  record.topic = producer.find_topic("t", std::chrono::seconds(10)).value();
  record.value = "v";
  record.headers = headers;
  REQUIRE(producer.enqueue(record) == kafka::Enqueued::done);
  while (!producer.flush(std::chrono::milliseconds(100))) {
  }
  int seen = 0;
  kafka::read_topic(
      cluster.settings(), "t", std::chrono::seconds(20), [&](const kafka::Record& read) {
        CHECK(read.headers == headers);
        ++seen;
      });
  CHECK(seen == 1);
}
