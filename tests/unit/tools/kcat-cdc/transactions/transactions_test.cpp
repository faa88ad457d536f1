#include "tools/kcat-cdc/transactions/transactions.hpp"

#include "common/base/error.hpp"
#include "common/kafka/topic_reader.hpp"
#include "tests/unit/common/kafka/mock_cluster.hpp"
#include "tools/kcat-cdc/topics/topic_book.hpp"

#include <doctest/doctest.h>

using namespace cdckit;
using kcat_cdc::Transactions;
using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

constexpr std::int16_t kProduce = 0;
constexpr std::int16_t kEndTransaction = 26;

event::RowPosition row(std::uint64_t lsn, std::uint64_t ordinal = 1) {
  return {event::Origin::stream, {lsn, ordinal}};
}

// One process with the id "id".
struct Process {
  Process(test::MockCluster& cluster, kcat_cdc::TransactionSettings wanted)
      : producer(cluster.settings(), seconds(20), deliveries, "id"),
        topics(producer, cluster.settings(), {}, {}),
        transactions(producer, deliveries, cluster.settings(), std::move(wanted), {}) {
    transactions.start(topics);
    topic = topics.open("t").id;
  }
  static kcat_cdc::TransactionSettings settings() {
    kcat_cdc::TransactionSettings out;
    out.id = "id";
    out.position_topic = "positions";
    out.target = "t";
    out.retry_for = seconds(20);
    return out;
  }
  // False when an earlier run has sent it.
  bool send(const event::RowPosition& position) {
    if (transactions.covers(position)) return false;
    if (transactions.before(position)) ++commits;
    const std::string value = std::to_string(position.position.lsn);
    kafka::Outgoing record;
    record.topic = topic;
    record.key = "k";
    record.value = value;
    CHECK(transactions.send(record) == kafka::Enqueued::done);
    transactions.sent(position);
    return true;
  }
  kcat_cdc::Deliveries deliveries;
  kafka::Producer producer;
  kcat_cdc::TopicBook topics;
  Transactions transactions;
  kafka::TopicId topic;
  int commits = 0;
};

struct Cluster : test::MockCluster {
  Cluster() {
    make_topic("positions", 1);
    make_topic("t", 1);
  }
  // What the newest position record says; the mock hides no transaction that is open.
  event::Marks stored() const {
    kcat_cdc::PositionStore store(settings(), "positions", "id", "test");
    const auto found = store.read(seconds(20));
    return found ? found->record.marks : event::Marks{};
  }
};

}  // namespace

TEST_CASE("a restart goes on behind what was committed") {
  Cluster cluster;
  {
    Process first(cluster, Process::settings());
    first.transactions.from_source("{}");
    CHECK(first.send(row(5)));
    CHECK(first.send(row(5, 2)));
    first.transactions.border();
    CHECK(first.transactions.end_if_due(true));
    CHECK_FALSE(first.transactions.open());
  }
  CHECK(cluster.stored().stream() == event::Position{5, 2});
  Process second(cluster, Process::settings());
  second.transactions.from_source("{}");
  CHECK_FALSE(second.send(row(5)));
  CHECK_FALSE(second.send(row(5, 2)));
  CHECK(second.send(row(6)));
}

TEST_CASE("snapshot rows and stream rows have marks of their own") {
  Cluster cluster;
  Process process(cluster, Process::settings());
  process.transactions.from_source("{}");
  CHECK(process.send({event::Origin::snapshot, {100, 1}}));
  CHECK(process.send(row(50)));
  process.transactions.border();
  CHECK(process.transactions.end_if_due(true));
  CHECK(cluster.stored().snapshot() == event::Position{100, 1});
  CHECK(cluster.stored().stream() == event::Position{50, 1});
}

TEST_CASE("a transaction ends at a border of the source, not inside") {
  Cluster cluster;
  auto settings = Process::settings();
  settings.limits.bytes = 1;
  settings.waiting_bytes = 0;
  Process process(cluster, settings);
  process.transactions.from_source("{}");
  process.send(row(5));
  process.send(row(5, 2));
  CHECK(process.commits == 0);
  process.send(row(6));
  CHECK(process.commits == 1);
  CHECK(process.transactions.committed().stream() == event::Position{5, 2});
  process.transactions.border();
  CHECK(process.transactions.end_if_due(false));
  process.transactions.finish_ending();
  CHECK(process.transactions.committed().stream() == event::Position{6, 1});
}

TEST_CASE("rows behind a transaction that ends are kept, and sent once it is committed") {
  Cluster cluster;
  auto settings = Process::settings();
  settings.limits.age = milliseconds(0);
  int committed = 0;
  settings.after_commit = [&] { ++committed; };
  Process process(cluster, settings);
  process.transactions.from_source("{}");
  process.send(row(5));
  process.send(row(6));
  process.send(row(7));
  CHECK(process.commits == 1);
  CHECK(committed == 0);
  SUBCASE("the brokers take it") {}
  SUBCASE("a sequence is out of order") {
    cluster.push_error(kProduce, RD_KAFKA_RESP_ERR_OUT_OF_ORDER_SEQUENCE_NUMBER);
  }
  SUBCASE("nobody knows whether it was committed") {
    cluster.push_error(kEndTransaction, RD_KAFKA_RESP_ERR_INVALID_TXN_STATE);
  }
  process.transactions.finish_ending();
  CHECK(committed == 1);
  CHECK(process.transactions.committed().stream() == event::Position{5, 1});
  CHECK(process.transactions.open());
  CHECK(process.transactions.covers(row(7)));
  process.transactions.border();
  CHECK(process.transactions.end_if_due(true));
  CHECK(cluster.stored().stream() == event::Position{7, 1});
  CHECK(committed == 2);
}

TEST_CASE("inside of one it ends only before it would outlive its time") {
  Cluster cluster;
  auto settings = Process::settings();
  settings.limits.longest = milliseconds(0);
  Process process(cluster, settings);
  process.transactions.from_source("{}");
  process.send(row(5));
  process.send(row(5, 2));
  CHECK(process.commits == 1);
}

TEST_CASE("what ended a transaction is met by sending it again") {
  Cluster cluster;
  Process process(cluster, Process::settings());
  process.transactions.from_source("{}");
  process.send(row(5));
  process.send(row(6));
  SUBCASE("the producer's id is forgotten") {
    cluster.push_error(kProduce, RD_KAFKA_RESP_ERR_UNKNOWN_PRODUCER_ID);
  }
  SUBCASE("a sequence is out of order") {
    cluster.push_error(kProduce, RD_KAFKA_RESP_ERR_OUT_OF_ORDER_SEQUENCE_NUMBER);
  }
  SUBCASE("nobody knows whether it was committed") {
    cluster.push_error(kEndTransaction, RD_KAFKA_RESP_ERR_INVALID_TXN_STATE);
  }
  process.transactions.border();
  CHECK(process.transactions.end_if_due(true));
  CHECK(process.transactions.committed().stream() == event::Position{6, 1});
  CHECK(cluster.stored().stream() == event::Position{6, 1});
}

TEST_CASE("a fence that time cannot explain is another process") {
  Cluster cluster;
  Process process(cluster, Process::settings());
  process.transactions.from_source("{}");
  process.send(row(5));
  cluster.push_error(kEndTransaction, RD_KAFKA_RESP_ERR_PRODUCER_FENCED);
  process.transactions.border();
  try {
    (void)process.transactions.end_if_due(true);
    FAIL("it went on");
  } catch (const base::Error& error) {
    CHECK(error.kind() == base::ErrorKind::unavailable);
    CHECK(std::string(error.what()).find("another process") != std::string::npos);
  }
}

TEST_CASE("a transaction that is too large to be kept is not sent again") {
  Cluster cluster;
  auto settings = Process::settings();
  settings.replay_bytes = 1;
  Process process(cluster, settings);
  process.transactions.from_source("{}");
  process.send(row(5));
  process.send(row(5, 2));
  cluster.push_error(kProduce, RD_KAFKA_RESP_ERR_UNKNOWN_PRODUCER_ID);
  process.transactions.border();
  try {
    (void)process.transactions.end_if_due(true);
    FAIL("it went on");
  } catch (const base::Error& error) {
    CHECK(error.retryable());
  }
}

TEST_CASE("what came behind the last border is left when the input is cut") {
  using Settled = Transactions::Settled;
  Cluster cluster;
  Process process(cluster, Process::settings());
  process.transactions.from_source("{}");
  CHECK(process.transactions.settle() == Settled::all);  // nothing was begun
  process.send(row(5));
  SUBCASE("at a border nothing is left") {
    process.transactions.border();
    CHECK(process.transactions.settle() == Settled::all);
    CHECK(cluster.stored().stream() == event::Position{5, 1});
  }
  SUBCASE("inside of the first one everything is") {
    CHECK(process.transactions.settle() == Settled::to_border);
    CHECK(cluster.stored() == event::Marks{});
  }
  SUBCASE("what was whole is committed") {
    process.send(row(6));
    process.send(row(7));
    CHECK(process.transactions.settle() == Settled::to_border);
    CHECK(cluster.stored().stream() == event::Position{6, 1});
  }
  CHECK_FALSE(process.transactions.open());
}

TEST_CASE("a position of another target or source is refused") {
  Cluster cluster;
  {
    Process process(cluster, Process::settings());
    process.transactions.from_source(R"({"slot":"a"})");
    process.send(row(5));
    process.transactions.border();
    (void)process.transactions.end_if_due(true);
  }
  auto other = Process::settings();
  other.target = "u";
  CHECK_THROWS_AS(Process(cluster, other), base::Error);
  Process again(cluster, Process::settings());
  CHECK_THROWS_AS(again.transactions.from_source(R"({"slot":"b"})"), base::Error);
  again.transactions.from_source(R"({"slot":"a"})");
}

TEST_CASE("a record that is too large is left out and told, and the rest is committed") {
  Cluster cluster;
  auto settings = Process::settings();
  std::vector<std::uint64_t> refused;
  settings.refused = [&](const kcat_cdc::TooLarge& record) { refused.push_back(record.tag); };
  Process process(cluster, settings);
  process.transactions.from_source("{}");
  cluster.push_error(kProduce, RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE);
  process.send(row(5));
  while (!process.producer.flush(milliseconds(100))) {
  }  // else it may be the position that is refused
  process.transactions.border();
  CHECK(process.transactions.end_if_due(true));
  CHECK(refused.size() == 1);
  CHECK(cluster.stored().stream() == event::Position{5, 1});
}
