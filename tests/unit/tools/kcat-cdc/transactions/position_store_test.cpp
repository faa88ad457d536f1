#include "tools/kcat-cdc/transactions/position_store.hpp"

#include "common/base/error.hpp"
#include "common/kafka/producer.hpp"
#include "tests/unit/common/kafka/mock_cluster.hpp"

#include <doctest/doctest.h>

using namespace cdckit;
using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

struct Cluster : test::MockCluster {
  Cluster() { make_topic("positions", 1); }
};

struct Topic {
  void write(kcat_cdc::PositionStore& store, std::uint64_t lsn) {
    kcat_cdc::PositionRecord record{"", "t", {}};
    record.marks.advance({event::Origin::stream, {lsn, 1}});
    store.write_to(id);
    send(store.record(record));
  }
  void send(const kafka::Outgoing& record) {
    REQUIRE(producer.enqueue(record) == kafka::Enqueued::done);
    while (!producer.flush(milliseconds(100))) {
    }
  }
  kcat_cdc::PositionStore store(const std::string& name, const std::string& run) {
    return {cluster.settings(), "positions", name, run};
  }
  Cluster cluster;
  test::QuietListener quiet;
  kafka::Producer producer{cluster.settings(), seconds(30), quiet};
  kafka::TopicId id = producer.find_topic("positions", seconds(10)).value();
};

}  // namespace

TEST_CASE("the newest position of the id counts, and who wrote it") {
  Topic topic;
  auto mine = topic.store("mine", "run1");
  CHECK_FALSE(mine.read(seconds(20)));
  auto other = topic.store("other", "run2");
  topic.write(mine, 5);
  topic.write(mine, 7);
  for (std::uint64_t i = 0; i < 300; ++i) topic.write(other, i + 1);  // it is not near the end
  const auto stored = mine.read(seconds(20));
  REQUIRE(stored);
  CHECK(stored->run == "run1");
  CHECK(stored->record.marks.stream() == event::Position{7, 1});
  CHECK(other.read(seconds(20))->record.marks.stream() == event::Position{300, 1});
}

TEST_CASE("what is no position stops the run, unless a good one follows") {
  Topic topic;
  auto store = topic.store("mine", "run1");
  kafka::Outgoing record;
  record.topic = topic.id;
  record.key = "mine";
  record.value = "something";
  topic.send(record);
  CHECK_THROWS_AS((void)store.read(seconds(20)), base::Error);
  topic.write(store, 5);
  CHECK(store.read(seconds(20)));
}
