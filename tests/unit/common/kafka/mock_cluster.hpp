// librdkafka's in-process cluster: real TCP on a free loopback port, no admin requests. Topics are
// made with four partitions unless they were made before. For tests of kafka and of kcat-cdc.
#pragma once

#include "common/kafka/producer.hpp"
#include "common/kafka/settings.hpp"

#include <array>
#include <chrono>
#include <string>

#include <doctest/doctest.h>
#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>

namespace cdckit::test {

class MockCluster {
 public:
  MockCluster() {
    std::array<char, 256> reason{};
    rd_kafka_conf_t* config = rd_kafka_conf_new();
    rd_kafka_conf_set_log_cb(config, [](const rd_kafka_t*, int, const char*, const char*) {});
    handle_ = rd_kafka_new(RD_KAFKA_PRODUCER, config, reason.data(), reason.size());
    cluster_ = rd_kafka_mock_cluster_new(handle_, 1);
  }
  MockCluster(const MockCluster&) = delete;
  MockCluster& operator=(const MockCluster&) = delete;
  ~MockCluster() {
    rd_kafka_mock_cluster_destroy(cluster_);
    rd_kafka_destroy(handle_);
  }

  [[nodiscard]] std::string brokers() const { return rd_kafka_mock_cluster_bootstraps(cluster_); }
  [[nodiscard]] kafka::Settings settings() const {
    return {{"bootstrap.servers", brokers()}, {"fetch.wait.max.ms", "20"}, {"linger.ms", "1"}};
  }
  void make_topic(const std::string& name, int partitions) {
    rd_kafka_mock_topic_create(cluster_, name.c_str(), partitions, 1);
  }
  // The next Produce request is answered with this error.
  void fail_produce(rd_kafka_resp_err_t code) {
    constexpr std::int16_t kProduce = 0;
    rd_kafka_mock_push_request_errors(cluster_, kProduce, 1, code);
  }
  // The same for a request of another kind, by its number in the protocol.
  void push_error(std::int16_t request, rd_kafka_resp_err_t code) {
    rd_kafka_mock_push_request_errors(cluster_, request, 1, code);
  }
  // As a member of the group commits.
  void commit(const std::string& group, const std::string& topic, std::int64_t offset) const {
    std::array<char, 256> reason{};
    rd_kafka_conf_t* config = rd_kafka_conf_new();
    rd_kafka_conf_set(config, "bootstrap.servers", brokers().c_str(), reason.data(), reason.size());
    rd_kafka_conf_set(config, "group.id", group.c_str(), reason.data(), reason.size());
    rd_kafka_t* member = rd_kafka_new(RD_KAFKA_CONSUMER, config, reason.data(), reason.size());
    rd_kafka_topic_partition_list_t* list = rd_kafka_topic_partition_list_new(1);
    rd_kafka_topic_partition_list_add(list, topic.c_str(), 0)->offset = offset;
    CHECK(rd_kafka_commit(member, list, 0) == RD_KAFKA_RESP_ERR_NO_ERROR);
    rd_kafka_topic_partition_list_destroy(list);
    rd_kafka_destroy(member);
  }
  void set_down(bool down) {
    if (down) {
      rd_kafka_mock_broker_set_down(cluster_, 1);
    } else {
      rd_kafka_mock_broker_set_up(cluster_, 1);
    }
  }

 private:
  rd_kafka_t* handle_ = nullptr;
  rd_kafka_mock_cluster_t* cluster_ = nullptr;
};

// For a producer whose records all arrive.
struct QuietListener : kafka::DeliveryListener {
  void delivered(std::uint64_t) override {}
  void failed(const kafka::FailedDelivery&) override { FAIL_CHECK("a record was not delivered"); }
};

// Calls until it returns true; false after the time.
template <class Condition>
bool eventually(Condition condition, std::chrono::milliseconds limit = std::chrono::seconds(20)) {
  const auto end = std::chrono::steady_clock::now() + limit;
  while (std::chrono::steady_clock::now() < end) {
    if (condition()) return true;
  }
  return false;
}

}  // namespace cdckit::test
