#include "common/kafka/membership.hpp"

#include "common/base/error.hpp"
#include "tests/unit/common/kafka/mock_cluster.hpp"

#include <algorithm>

#include <doctest/doctest.h>

namespace kafka = cdckit::kafka;
using cdckit::test::eventually;
using cdckit::test::MockCluster;
using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

// Polls until the group wants something.
kafka::Rebalance next(kafka::Membership& member) {
  std::optional<kafka::Rebalance> out;
  REQUIRE(eventually([&] {
    out = member.poll();
    return out.has_value();
  }));
  return *out;
}

void commits_and_leaves(const MockCluster& cluster, const kafka::Settings& settings) {
  kafka::Membership member(settings, "g", kafka::Subscription({"t"}));
  member.subscribe();
  const kafka::Rebalance got = next(member);
  CHECK(got.kind == kafka::Rebalance::Kind::assigned);
  CHECK(got.partitions.size() == 2);
  CHECK_FALSE(member.poll());  // it waits for the owner
  member.accept();
  CHECK(member.commit({{{"t", 1}, 7}}) == kafka::Committed::done);
  kafka::Consumer looker(cluster.settings(), "g");
  CHECK(looker.committed({{"t", 1}}, seconds(10)).at({"t", 1}) == 7);
  member.close();
}

}  // namespace

TEST_CASE("partitions come, offsets are committed, the member leaves") {
  MockCluster cluster;
  cluster.make_topic("t", 2);
  commits_and_leaves(cluster, cluster.settings());
}

TEST_CASE("the same with incremental rebalances") {
  MockCluster cluster;
  cluster.make_topic("t", 2);
  kafka::Settings settings = cluster.settings();
  settings.push_back({"partition.assignment.strategy", "cooperative-sticky"});
  commits_and_leaves(cluster, settings);
}

TEST_CASE("what a rebalance refuses is no failure, all else is") {
  MockCluster cluster;
  cluster.make_topic("t", 1);
  kafka::Membership member(cluster.settings(), "g", kafka::Subscription({"t"}));
  member.subscribe();
  (void)next(member);
  member.accept();
  constexpr std::int16_t kOffsetCommit = 8;
  const auto commit = [&](rd_kafka_resp_err_t code) {
    cluster.push_error(kOffsetCommit, code);
    return member.commit({{{"t", 0}, 7}});
  };
  CHECK(commit(RD_KAFKA_RESP_ERR_REBALANCE_IN_PROGRESS) == kafka::Committed::rebalancing);
  CHECK_THROWS_AS(commit(RD_KAFKA_RESP_ERR_INVALID_COMMIT_OFFSET_SIZE), cdckit::base::Error);
  CHECK(commit(RD_KAFKA_RESP_ERR_ILLEGAL_GENERATION) == kafka::Committed::refused);
  CHECK(next(member).lost);
  CHECK(member.lost());
}

TEST_CASE("a named topic must be there, a pattern may match later") {
  MockCluster cluster;
  cluster.make_topic("t", 1);
  kafka::Settings settings = cluster.settings();
  settings.push_back({"allow.auto.create.topics", "false"});
  SUBCASE("a name beside a pattern") {
    kafka::Membership member(settings, "g", kafka::Subscription({"^t$", "nowhere"}));
    member.subscribe();
    std::string message;
    CHECK(eventually([&] {
      try {
        (void)member.poll();
      } catch (const cdckit::base::Error& error) {
        message = error.what();
      }
      return !message.empty();
    }));
    CHECK(message == "could not find topic \"nowhere\"");
  }
  SUBCASE("a pattern") {
    kafka::Membership member(settings, "g", kafka::Subscription({"t", "^later"}));
    member.subscribe();
    CHECK(next(member).partitions.size() == 1);
    member.accept();
    member.close();
  }
}

TEST_CASE("a pattern does not see what brokers keep for themselves") {
  MockCluster cluster;
  cluster.make_topic("__consumer_offsets", 1);
  cluster.make_topic("t", 1);
  kafka::Membership member(cluster.settings(), "g", kafka::Subscription({"^.*"}));
  member.subscribe();
  const kafka::Rebalance got = next(member);
  REQUIRE(got.partitions.size() == 1);
  CHECK(got.partitions.front().topic == "t");
  member.accept();
  member.close();
}

TEST_CASE("the default assignment is one that this library can do") {
  CHECK((kafka::default_assignment() == "roundrobin" ||
         kafka::default_assignment() == "cooperative-sticky"));
}

TEST_CASE("a member that has not answered can end at once") {
  MockCluster cluster;
  cluster.make_topic("t", 1);
  for (const char* strategy : {"roundrobin", "cooperative-sticky"}) {
    kafka::Settings settings = cluster.settings();
    settings.push_back({"partition.assignment.strategy", strategy});
    kafka::Membership member(settings, std::string("g-") + strategy, kafka::Subscription({"t"}));
    member.subscribe();
    CHECK(next(member).kind == kafka::Rebalance::Kind::assigned);
  }
}
