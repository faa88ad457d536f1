#include "common/kafka/admin.hpp"

#include "tests/unit/common/kafka/mock_cluster.hpp"

#include <doctest/doctest.h>

namespace kafka = cdckit::kafka;
using cdckit::test::MockCluster;
using std::chrono::milliseconds;
using std::chrono::seconds;

TEST_CASE("topics and offsets of a cluster") {
  MockCluster cluster;
  cluster.make_topic("b", 2);
  cluster.make_topic("a", 3);
  kafka::Admin admin(cluster.settings());
  const auto topics = admin.topics(seconds(10));
  REQUIRE(topics.size() == 2);
  CHECK(topics[0].name == "a");
  CHECK(topics[0].partitions == 3);
  CHECK(topics[1].replication == 1);
  CHECK(admin.offsets({"a", 0}, seconds(10)).end == 0);
  CHECK(admin.committed("nobody", {{"a", 0}}, seconds(10)).empty());
}

TEST_CASE("bad settings and absent brokers are told apart") {
  CHECK_THROWS_AS(kafka::Admin(kafka::Settings{{"no.such.thing", "1"}}), cdckit::base::Error);
  kafka::Admin admin(kafka::Settings{{"bootstrap.servers", "127.0.0.1:1"}});
  try {
    (void)admin.topics(milliseconds(300));
    FAIL("listed topics");
  } catch (const cdckit::base::Error& error) {
    CHECK(error.retryable());
  }
  kafka::NewTopic bad{"t", -7, 1, {}};
  CHECK_THROWS_AS(admin.create_topic(bad, milliseconds(100)), cdckit::base::Error);
}
