#include "common/kafka/producer.hpp"

#include "tests/unit/common/kafka/mock_cluster.hpp"

#include <set>

#include <doctest/doctest.h>

namespace kafka = cdckit::kafka;
using cdckit::test::MockCluster;
using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

struct Reports : kafka::DeliveryListener {
  void delivered(std::uint64_t tag) override { tags.insert(tag); }
  void failed(const kafka::FailedDelivery& delivery) override {
    failures.push_back(delivery.error.what());
    failed_values.emplace_back(delivery.value);
    if (delivery.too_large) ++too_large;
  }
  std::set<std::uint64_t> tags;
  std::vector<std::string> failures;
  std::vector<std::string> failed_values;
  int too_large = 0;
};

kafka::Outgoing outgoing(kafka::TopicId topic, std::string_view value, std::uint64_t tag) {
  kafka::Outgoing out;
  out.topic = topic;
  out.key = "k";
  out.value = value;
  out.tag = tag;
  return out;
}

}  // namespace

TEST_CASE("every record is reported with its tag") {
  MockCluster cluster;
  Reports reports;
  kafka::Producer producer(cluster.settings(), seconds(30), reports);
  const auto topic = producer.find_topic("t", seconds(10));
  REQUIRE(topic);
  const kafka::Header headers[] = {{"cdc.pos", "1/1"}, {"empty", ""}};
  for (std::uint64_t tag = 1; tag <= 100; ++tag) {
    kafka::Outgoing record = outgoing(*topic, tag % 2 == 0 ? "v" : "", tag << 40U);
    record.headers = headers;
    if (tag % 3 == 0) record.value.reset();
    CHECK(producer.enqueue(record) == kafka::Enqueued::done);
  }
  while (!producer.flush(milliseconds(100))) {
  }
  CHECK(producer.outstanding() == 0);
  CHECK(reports.tags.size() == 100);
  CHECK(*reports.tags.rbegin() == std::uint64_t{100} << 40U);
  CHECK(reports.failures.empty());
}

TEST_CASE("a waiting report makes the descriptor readable") {
  MockCluster cluster;
  Reports reports;
  kafka::Producer producer(cluster.settings(), seconds(30), reports);
  const auto topic = producer.find_topic("t", seconds(10));
  REQUIRE(topic);
  producer.poll(milliseconds(0));
  producer.clear_wake();
  REQUIRE(producer.enqueue(outgoing(*topic, "v", 7)) == kafka::Enqueued::done);
  CHECK(cdckit::io::wait_readable({producer.wake_fd()}, seconds(20)) != 0);
  producer.clear_wake();
  CHECK(cdckit::test::eventually([&] {
    producer.poll(milliseconds(10));
    return reports.tags.contains(7);
  }));
}

TEST_CASE("a full queue and a record too large are told apart") {
  MockCluster cluster;
  Reports reports;
  kafka::Settings settings = cluster.settings();
  settings.push_back({"queue.buffering.max.messages", "5"});
  settings.push_back({"message.max.bytes", "1000"});
  settings.push_back({"linger.ms", "5000"});
  kafka::Producer producer(settings, seconds(30), reports);
  const auto topic = producer.find_topic("t", seconds(10));
  REQUIRE(topic);
  CHECK(producer.enqueue(outgoing(*topic, std::string(5000, 'x'), 1)) ==
        kafka::Enqueued::too_large);
  int queued = 0;
  while (queued < 100 && producer.enqueue(outgoing(*topic, "v", 2)) == kafka::Enqueued::done)
    ++queued;
  CHECK(queued == 5);
}

TEST_CASE("a refused record is reported as failed, with what it held") {
  MockCluster cluster;
  cluster.make_topic("one", 1);
  Reports reports;
  kafka::Producer producer(cluster.settings(), seconds(30), reports);
  const auto topic = producer.find_topic("one", seconds(10));
  REQUIRE(topic);
  cluster.fail_produce(RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE);
  REQUIRE(producer.enqueue(outgoing(*topic, "large", 1)) == kafka::Enqueued::done);
  CHECK(cdckit::test::eventually([&] { return producer.flush(milliseconds(50)); }));
  CHECK(reports.too_large == 1);
  CHECK(reports.failed_values == std::vector<std::string>{"large"});
  CHECK(reports.tags.empty());
}

TEST_CASE("brokers that stay away fail the record in time") {
  MockCluster cluster;
  Reports reports;
  kafka::Producer producer(cluster.settings(), milliseconds(1500), reports);
  const auto topic = producer.find_topic("t", seconds(10));
  REQUIRE(topic);
  cluster.set_down(true);
  REQUIRE(producer.enqueue(outgoing(*topic, "v", 1)) == kafka::Enqueued::done);
  CHECK(cdckit::test::eventually([&] { return producer.flush(milliseconds(50)); }));
  REQUIRE(reports.failures.size() == 1);
  CHECK(reports.failures[0].find("could not deliver a record to topic \"t\"") == 0);
}

TEST_CASE("smaller batches leave topics valid") {
  MockCluster cluster;
  Reports reports;
  kafka::Producer producer(cluster.settings(), seconds(30), reports);
  const auto topic = producer.find_topic("t", seconds(10));
  REQUIRE(topic);
  CHECK(producer.limit_batches(20'000));
  CHECK_FALSE(producer.limit_batches(20'000));
  producer.reopen();
  CHECK(producer.enqueue(outgoing(*topic, "v", 3)) == kafka::Enqueued::done);
  CHECK(cdckit::test::eventually([&] { return producer.flush(milliseconds(50)); }));
  CHECK(reports.tags.contains(3));
}

TEST_CASE("nobody there is temporary") {
  Reports reports;
  kafka::Producer producer({{"bootstrap.servers", "127.0.0.1:1"}}, seconds(5), reports);
  try {
    (void)producer.find_topic("t", milliseconds(300));
    FAIL("found a topic");
  } catch (const cdckit::base::Error& error) {
    CHECK(error.retryable());
  }
}
