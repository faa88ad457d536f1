#include "common/kafka/consumer.hpp"

#include "common/kafka/producer.hpp"
#include "tests/unit/common/kafka/mock_cluster.hpp"

#include <doctest/doctest.h>

namespace kafka = cdckit::kafka;
using cdckit::test::MockCluster;
using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

void fill(const MockCluster& cluster, const std::string& name, int count) {
  cdckit::test::QuietListener quiet;
  kafka::Producer producer(cluster.settings(), seconds(30), quiet);
  const auto topic = producer.find_topic(name, seconds(10));
  REQUIRE(topic);
  const kafka::Header headers[] = {{"cdc.pos", "p"}, {"null", std::nullopt}, {"empty", ""}};
  for (int i = 0; i < count; ++i) {
    kafka::Outgoing record;
    record.topic = *topic;
    record.key = "k";
    const std::string value = std::to_string(i);
    if (i > 0) record.value = value;
    record.headers = headers;
    record.partition = i == 0 ? 0 : kafka::kAnyPartition;
    record.timestamp_ms = 1'790'000'000'000 + i;
    REQUIRE(producer.enqueue(record) == kafka::Enqueued::done);
  }
  while (!producer.flush(milliseconds(100))) {
  }
}

}  // namespace

TEST_CASE("records come in order, then the end of the partition") {
  MockCluster cluster;
  cluster.make_topic("t", 1);
  fill(cluster, "t", 3);
  kafka::Consumer consumer(cluster.settings(), "g");
  consumer.assign({{{"t", 0}, kafka::kOffsetBeginning}});
  std::vector<std::string> values;
  bool end = false;
  const bool done = cdckit::test::eventually([&] {
    const auto polled = consumer.poll(milliseconds(50));
    if (polled == kafka::Polled::record) {
      const kafka::Record& record = consumer.record();
      CHECK(record.topic == "t");
      CHECK(record.offset == static_cast<std::int64_t>(values.size()));
      CHECK(record.key == "k");
      CHECK(record.timestamp_ms == 1'790'000'000'000 + record.offset);
      REQUIRE(record.headers.size() == 3);
      CHECK(record.headers[0].value == "p");
      CHECK_FALSE(record.headers[1].value);
      CHECK(record.headers[2].value == "");
      values.push_back(record.value ? std::string(*record.value) : "(null)");
    }
    end = polled == kafka::Polled::end_of_partition;
    if (end) CHECK(consumer.record().offset == 3);
    return end;
  });
  REQUIRE(done);
  CHECK(values == std::vector<std::string>{"(null)", "1", "2"});
  CHECK(consumer.offsets({"t", 0}, seconds(10)).end == 3);
  CHECK(consumer.committed({{"t", 0}}, seconds(10)).at({"t", 0}) == kafka::kNoOffset);
  consumer.place({{{"t", 0}, 2}});
  CHECK(consumer.committed({{"t", 0}}, seconds(10)).at({"t", 0}) == 2);
}

TEST_CASE("the owner says where a partition starts, and when it is read no more") {
  MockCluster cluster;
  cluster.make_topic("t", 2);
  fill(cluster, "t", 1);
  kafka::Consumer consumer(cluster.settings(), "g");
  consumer.assign({{{"t", 0}, 1}});
  CHECK(cdckit::test::eventually(
      [&] { return consumer.poll(milliseconds(50)) == kafka::Polled::end_of_partition; }));
  CHECK(consumer.record().offset == 1);
  consumer.assign({{{"t", 1}, kafka::kOffsetBeginning}});
  consumer.unassign({{"t", 0}});
  consumer.assign({{{"t", 0}, 0}});
  CHECK(cdckit::test::eventually([&] {
    return consumer.poll(milliseconds(50)) == kafka::Polled::record &&
           consumer.record().offset == 0;
  }));
}

TEST_CASE("an offset that is gone is told, whatever auto.offset.reset says") {
  MockCluster cluster;
  cluster.make_topic("t", 1);
  kafka::Settings settings = cluster.settings();
  settings.push_back({"auto.offset.reset", "earliest"});
  kafka::Consumer consumer(settings, "g");
  consumer.assign({{{"t", 0}, 100}});
  CHECK(cdckit::test::eventually(
      [&] { return consumer.poll(milliseconds(50)) == kafka::Polled::out_of_range; }));
  CHECK(consumer.record().topic == "t");
}

TEST_CASE("topics and how many partitions they have") {
  MockCluster cluster;
  cluster.make_topic("b", 2);
  cluster.make_topic("a", 3);
  kafka::Consumer consumer(cluster.settings(), "g");
  const auto topics = consumer.topics(seconds(10));
  REQUIRE(topics.size() == 2);
  CHECK(topics[0].name == "a");
  CHECK(topics[0].partitions == 3);
  CHECK(consumer.partitions("b", seconds(10)) == 2);
}

TEST_CASE("brokers that are gone are noticed") {
  kafka::Consumer consumer({{"bootstrap.servers", "127.0.0.1:1"}}, "g");
  CHECK(cdckit::test::eventually([&] {
    (void)consumer.poll(milliseconds(50));
    return consumer.down_for().has_value();
  }));
  CHECK_FALSE(consumer.reachable(milliseconds(100)));
  CHECK_THROWS_AS(consumer.cluster_id(milliseconds(100)), cdckit::base::Error);
}
