#include "tools/kcat-cdc/topics/topic_book.hpp"

#include "common/base/error.hpp"
#include "tests/unit/common/kafka/mock_cluster.hpp"

#include <doctest/doctest.h>

using namespace cdckit;
using std::chrono::seconds;

namespace {

struct Quiet : kafka::DeliveryListener {
  void delivered(std::uint64_t) override {}
  void failed(const kafka::FailedDelivery&) override {}
};

}  // namespace

TEST_CASE("a topic is looked up once") {
  test::MockCluster cluster;
  Quiet quiet;
  kafka::Producer producer(cluster.settings(), seconds(10), quiet);
  kcat_cdc::TopicPolicy policy;
  policy.answer = std::chrono::seconds(2);
  kcat_cdc::TopicBook book(producer, cluster.settings(), policy, {});
  const auto first = book.open("t");
  CHECK(book.open("t").id.index == first.id.index);
  CHECK(book.open_compacted("t.__schema").index != first.id.index);
}

TEST_CASE("brokers that do not answer are waited for, not for ever") {
  Quiet quiet;
  const kafka::Settings settings = {{"bootstrap.servers", "127.0.0.1:1"},
                                    {"socket.connection.setup.timeout.ms", "1000"}};
  kafka::Producer producer(settings, seconds(1), quiet);
  kcat_cdc::TopicPolicy policy;
  policy.retry_for = std::chrono::milliseconds(200);
  policy.answer = std::chrono::milliseconds(200);
  kcat_cdc::TopicBook book(producer, settings, policy, {});
  try {
    (void)book.open("t");
    FAIL("opened a topic");
  } catch (const base::Error& error) {
    CHECK(error.kind() == base::ErrorKind::temporary);
  }
}
