#include "common/kafka/transaction.hpp"

#include "common/base/error.hpp"
#include "tests/unit/common/kafka/mock_cluster.hpp"

#include <optional>

#include <doctest/doctest.h>

namespace kafka = cdckit::kafka;
using cdckit::base::Error;
using cdckit::base::ErrorKind;
using cdckit::test::MockCluster;
using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;

namespace {

constexpr std::int16_t kProduce = 0;
constexpr std::int16_t kAddPartitions = 24;
constexpr std::int16_t kEndTransaction = 26;

struct Failures : kafka::DeliveryListener {
  void delivered(std::uint64_t) override { ++reported; }
  void failed(const kafka::FailedDelivery& delivery) override {
    if (delivery.dropped) {
      ++dropped;
    } else {
      ++failures;
    }
  }
  int reported = 0;
  int failures = 0;
  int dropped = 0;
};

// The broker's next answer to requests of one kind.
struct Refusal {
  std::int16_t api;
  rd_kafka_resp_err_t error;
};

// One producer with a transaction that holds one record. A refusal is there before the record is:
// librdkafka's own thread may have asked for its partition by the time that add() returns.
struct Open {
  explicit Open(std::optional<Refusal> refusal = std::nullopt) {
    transaction.init(in(seconds(20)));
    topic = *producer.find_topic("t", seconds(10));
    if (refusal) cluster.push_error(refusal->api, refusal->error);
    transaction.begin();
    add();
  }
  static kafka::Transaction::Enough in(milliseconds limit) {
    return [until = steady_clock::now() + limit] { return steady_clock::now() >= until; };
  }
  void add() {
    kafka::Outgoing record;
    record.topic = topic;
    record.value = "v";
    CHECK(producer.enqueue(record) == kafka::Enqueued::done);
  }
  // The kind of what commit() throws.
  ErrorKind commit_fails(milliseconds limit = seconds(20)) {
    try {
      transaction.commit(in(limit));
    } catch (const Error& error) {
      return error.kind();
    }
    FAIL("it was committed");
    return ErrorKind::bug;
  }
  MockCluster cluster;
  Failures reports;
  kafka::Producer producer{cluster.settings(), seconds(60), reports, "id"};
  kafka::Transaction transaction{producer};
  kafka::TopicId topic;
};

}  // namespace

TEST_CASE("one transaction follows the other, and only failures are reported") {
  Open open;
  CHECK(open.transaction.open());
  open.transaction.commit(Open::in(seconds(20)));
  CHECK_FALSE(open.transaction.open());
  open.transaction.begin();
  open.add();
  open.transaction.abort(Open::in(seconds(20)));
  open.transaction.begin();
  open.transaction.commit(Open::in(seconds(20)));  // an empty one
  CHECK(open.reports.reported == 0);
  CHECK(open.reports.failures == 0);
}

TEST_CASE("what a retry cures is retried inside") {
  Open open(Refusal{kEndTransaction, RD_KAFKA_RESP_ERR_COORDINATOR_NOT_AVAILABLE});
  open.transaction.commit(Open::in(seconds(20)));
  CHECK(open.reports.failures == 0);
}

TEST_CASE("a fenced producer says so, and the kind is that of a missing thing") {
  Refusal refusal{};
  SUBCASE("when the transaction ends") {
    refusal = {kEndTransaction, RD_KAFKA_RESP_ERR_PRODUCER_FENCED};
  }
  SUBCASE("when a partition joins") {
    refusal = {kAddPartitions, RD_KAFKA_RESP_ERR_PRODUCER_FENCED};
  }
  SUBCASE("when records arrive") {
    refusal = {kProduce, RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH};
  }
  Open open(refusal);
  CHECK(open.commit_fails() == ErrorKind::unavailable);
  CHECK(open.producer.fenced());
}

TEST_CASE("after any error a new handle begins anew") {
  Refusal refusal{};
  SUBCASE("one that demands an abort") {
    refusal = {kProduce, RD_KAFKA_RESP_ERR_UNKNOWN_PRODUCER_ID};
  }
  SUBCASE("one that is fatal") {
    refusal = {kProduce, RD_KAFKA_RESP_ERR_OUT_OF_ORDER_SEQUENCE_NUMBER};
  }
  SUBCASE("one that leaves open what happened") {
    refusal = {kEndTransaction, RD_KAFKA_RESP_ERR_INVALID_TXN_STATE};
  }
  Open open(refusal);
  CHECK(open.commit_fails() == ErrorKind::temporary);
  CHECK_FALSE(open.producer.fenced());
  open.producer.reopen();
  open.transaction.init(Open::in(seconds(20)));
  open.transaction.begin();
  open.add();
  open.transaction.commit(Open::in(seconds(20)));
}

TEST_CASE("a login that is refused is no matter of time") {
  Open open(Refusal{kAddPartitions, RD_KAFKA_RESP_ERR_TRANSACTIONAL_ID_AUTHORIZATION_FAILED});
  CHECK(open.commit_fails() == ErrorKind::permission);
}

TEST_CASE("waiting ends when the caller has had enough") {
  Open open;
  open.cluster.set_down(true);
  const auto began = steady_clock::now();
  CHECK(open.commit_fails(milliseconds(400)) == ErrorKind::temporary);
  CHECK(steady_clock::now() - began < seconds(5));
}

TEST_CASE("a producer may go in the middle of a transaction, whatever is on its way") {
  for (int i = 0; i < 20; ++i) {
    Open open;
    if (i % 2 == 1) open.producer.reopen();
  }
}

TEST_CASE("records live no longer than their transaction") {
  MockCluster cluster;
  Failures reports;
  auto settings = cluster.settings();
  settings.push_back({"transaction.timeout.ms", "5000"});
  kafka::Producer producer(settings, seconds(60), reports, "id");
  CHECK(producer.transaction_timeout() == seconds(5));
  kafka::Producer plain(cluster.settings(), seconds(60), reports);
  CHECK(plain.transaction_timeout() == seconds(0));
}
