#include "common/kafka/consumer.hpp"

#include "tests/unit/common/kafka/mock_cluster.hpp"

#include <set>

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

struct Partitions : kafka::RebalanceListener {
  void assigned(std::vector<kafka::Assignment>& partitions) override {
    for (kafka::Assignment& assignment : partitions) {
      assignment.start = start;
      now.insert(assignment.partition);
    }
    if (complain) throw cdckit::base::Error(cdckit::base::ErrorKind::unavailable, "no");
  }
  void revoked(const std::vector<kafka::Partition>& partitions, bool) override {
    for (const kafka::Partition& partition : partitions) now.erase(partition);
  }
  std::set<kafka::Partition> now;
  std::int64_t start = kafka::kOffsetBeginning;
  bool complain = false;
};

void fill(const MockCluster& cluster, const std::string& name, int count) {
  Quiet quiet;
  kafka::Producer producer(cluster.settings(), seconds(30), quiet);
  const auto topic = producer.find_topic(name, seconds(10));
  REQUIRE(topic);
  const kafka::Header headers[] = {{"cdc.pos", "p"}};
  for (int i = 0; i < count; ++i) {
    kafka::Outgoing record;
    record.topic = *topic;
    record.key = "k";
    const std::string value = std::to_string(i);
    if (i > 0) record.value = value;
    record.headers = headers;
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
  Partitions partitions;
  kafka::Consumer consumer(cluster.settings(), "g", partitions);
  consumer.subscribe({"t"});
  std::vector<std::string> values;
  bool end = false;
  const bool done = cdckit::test::eventually([&] {
    const auto polled = consumer.poll(milliseconds(50));
    if (polled == kafka::Polled::record) {
      const kafka::Record& record = consumer.record();
      CHECK(record.topic == "t");
      CHECK(record.offset == static_cast<std::int64_t>(values.size()));
      CHECK(record.key == "k");
      REQUIRE(record.headers.size() == 1);
      CHECK(record.headers[0].value == "p");
      values.push_back(record.value ? std::string(*record.value) : "(null)");
    }
    end = polled == kafka::Polled::end_of_partition;
    return end;
  });
  REQUIRE(done);
  CHECK(values == std::vector<std::string>{"(null)", "1", "2"});
  CHECK(partitions.now == std::set<kafka::Partition>{{"t", 0}});
  CHECK(consumer.offsets({"t", 0}, seconds(10)).end == 3);
  CHECK(consumer.committed({{"t", 0}}, seconds(10)).at({"t", 0}) == kafka::kNoOffset);
  consumer.commit({{{"t", 0}, 2}});
  CHECK(consumer.committed({{"t", 0}}, seconds(10)).at({"t", 0}) == 2);
  consumer.close();
}

TEST_CASE("the listener says where a partition starts") {
  MockCluster cluster;
  cluster.make_topic("t", 1);
  fill(cluster, "t", 5);
  Partitions partitions;
  partitions.start = 4;
  kafka::Consumer consumer(cluster.settings(), "g", partitions);
  consumer.subscribe({"t"});
  CHECK(cdckit::test::eventually(
      [&] { return consumer.poll(milliseconds(50)) == kafka::Polled::record; }));
  CHECK(consumer.record().offset == 4);
  consumer.close();
}

TEST_CASE("what the listener throws comes out of poll") {
  MockCluster cluster;
  cluster.make_topic("t", 1);
  Partitions partitions;
  partitions.complain = true;
  kafka::Consumer consumer(cluster.settings(), "g", partitions);
  consumer.subscribe({"t"});
  bool thrown = false;
  CHECK(cdckit::test::eventually([&] {
    try {
      (void)consumer.poll(milliseconds(50));
    } catch (const cdckit::base::Error& error) {
      thrown = std::string(error.what()) == "no";
    }
    return thrown;
  }));
}

TEST_CASE("brokers that are gone are noticed") {
  Partitions partitions;
  kafka::Consumer consumer({{"bootstrap.servers", "127.0.0.1:1"}}, "g", partitions);
  consumer.subscribe({"t"});
  CHECK(cdckit::test::eventually([&] {
    (void)consumer.poll(milliseconds(50));
    return consumer.down_for().has_value();
  }));
  CHECK_FALSE(consumer.reachable(milliseconds(100)));
  CHECK_THROWS_AS(consumer.cluster_id(milliseconds(100)), cdckit::base::Error);
}
