#include "tools/kcat-cdc/consume/topic_proof.hpp"

#include "common/kafka/producer.hpp"
#include "tests/unit/common/kafka/mock_cluster.hpp"

#include <optional>
#include <string>

#include <doctest/doctest.h>

using namespace cdckit;
using namespace cdckit::kcat_cdc;
using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

// A topic of one partition with records "0", "1", .., and a reader of it.
struct Reading {
  explicit Reading(int count) {
    cluster.make_topic("t", 1);
    test::QuietListener quiet;
    kafka::Producer producer(cluster.settings(), seconds(30), quiet);
    const auto topic = producer.find_topic("t", seconds(10));
    REQUIRE(topic);
    for (int i = 0; i < count; ++i) {
      const std::string value = std::to_string(i);
      kafka::Outgoing record;
      record.topic = *topic;
      record.value = value;
      record.timestamp_ms = 1'790'000'000'000 + i;
      REQUIRE(producer.enqueue(record) == kafka::Enqueued::done);
    }
    while (!producer.flush(milliseconds(100))) {
    }
  }

  void begin(std::int64_t start) {
    auto& at = progress.assign({"t", 0}, start);
    at.reading = true;
    consumer.assign({{{"t", 0}, TopicProof::begin(at, start)}});
  }

  PartitionProgress& at() { return *progress.find("t", 0); }

  // The next record that is given out, -1 at the end, nothing for another topic.
  std::optional<std::int64_t> next() {
    std::optional<std::int64_t> out;
    const bool done = test::eventually([&] {
      const auto polled = consumer.poll(milliseconds(50));
      const kafka::Record& record = consumer.record();
      Verdict verdict = Verdict::same;
      if (polled == kafka::Polled::nothing) return false;
      if (at().proof != Proof::none) {
        verdict = polled == kafka::Polled::record             ? proof.record(at(), record)
                  : polled == kafka::Polled::end_of_partition ? proof.end(at(), record.offset)
                                                              : proof.out_of_range(at());
      }
      if (verdict == Verdict::remade) return true;
      if (verdict == Verdict::pending) return false;
      out = -1;
      if (polled != kafka::Polled::record) return true;
      out = record.offset;
      TopicProof::note(at(), record);
      progress.read(at(), record.offset);
      return true;
    });
    CHECK(done);
    return out;
  }

  test::MockCluster cluster;
  kafka::Consumer consumer{cluster.settings(), "g"};
  Progress progress{Range{}};
  TopicProof proof{consumer};
};

}  // namespace

TEST_CASE("a run that goes on gives out nothing before its start, and knows what was there") {
  Reading reading(12);
  reading.begin(10);
  CHECK(reading.at().proof == Proof::learning);
  CHECK(reading.next() == 10);
  CHECK(reading.at().mark.offset == 9);
  CHECK(reading.next() == 11);
  CHECK(reading.next() == -1);
}

TEST_CASE("at the end there is a mark as well") {
  Reading reading(4);
  reading.begin(4);
  CHECK(reading.next() == -1);
  CHECK(reading.at().mark.offset == 3);
}

TEST_CASE("a start beyond the end is left to the broker") {
  Reading reading(4);
  reading.begin(9);
  CHECK(reading.next() == -1);  // the offset is not there
  CHECK(reading.at().proof == Proof::none);
}

TEST_CASE("doubts about the same topic lose and double nothing") {
  Reading reading(40);
  reading.begin(kafka::kOffsetBeginning);
  for (std::int64_t offset = 0; offset < 40; ++offset) {
    if (offset % 9 == 5) {
      reading.consumer.take_doubts();
      reading.proof.look_again(reading.progress, &reading.at(), offset);
      CHECK(reading.at().proof == Proof::proving);
      CHECK(reading.progress.proving());
    }
    CHECK(reading.next() == offset);
  }
  CHECK(reading.next() == -1);
}

TEST_CASE("a doubt while it is proving asks once more") {
  Reading reading(3);
  reading.begin(kafka::kOffsetBeginning);
  CHECK(reading.next() == 0);
  reading.proof.look_again(reading.progress, &reading.at(), 1);
  reading.at().doubted = true;
  CHECK(reading.next() == 1);
  CHECK_FALSE(reading.at().doubted);
}

TEST_CASE("another record at the mark is another topic") {
  Reading reading(3);
  reading.begin(kafka::kOffsetBeginning);
  CHECK(reading.next() == 0);
  reading.at().mark.hash += 1;
  reading.proof.look_again(reading.progress, &reading.at(), 1);
  CHECK_FALSE(reading.next());
}

TEST_CASE("fewer records than were read are another topic") {
  for (const std::int64_t last : {3, 7}) {
    Reading reading(3);
    auto& at = reading.progress.assign({"t", 0}, last + 1);
    at.reading = true;
    at.mark.offset = last;
    reading.consumer.assign({{{"t", 0}, TopicProof::begin(at, last + 1)}});
    CHECK_FALSE(reading.next());
  }
}

TEST_CASE("the mark of an earlier run tells the topic, however old its records are") {
  Reading reading(12);
  reading.begin(kafka::kOffsetBeginning);
  CHECK(reading.next() == 0);
  const Mark mark = reading.at().mark;
  const auto go_on = [&](std::int64_t start, const Mark& known, std::int64_t older_than_ms) {
    reading.consumer.unassign({{"t", 0}});
    auto& at = reading.progress.assign({"t", 0}, start);
    at.reading = true;
    at.mark = known;
    at.older_than_ms = older_than_ms;
    reading.consumer.assign({{{"t", 0}, TopicProof::begin(at, start)}});
    return reading.next();
  };
  CHECK(go_on(10, mark, 1) == 10);  // its word counts more than times
  CHECK(reading.at().older_than_ms == 0);
  CHECK(go_on(12, mark, 1) == -1);
  CHECK(go_on(1, mark, 1) == 1);
  Mark other = mark;
  other.hash += 1;
  CHECK_FALSE(go_on(10, other, 0));
  // one that is not there any more (here: an offset that never was) leaves it to times
  Mark gone = mark;
  gone.offset = -1;
  CHECK_FALSE(go_on(10, gone, 1));
  CHECK(go_on(10, gone, 1'790'000'000'100) == 10);
}

TEST_CASE("nothing stands before the first record that could be doubted") {
  PartitionProgress at;
  at.older_than_ms = 1;
  CHECK(TopicProof::begin(at, 0) == 0);
  CHECK_FALSE(at.doubtful());
}

TEST_CASE("a hash is the same in every build") {
  PartitionProgress at;
  kafka::Record record;
  record.key = "key";
  record.value = R"({"id":1,"text":"more than a word"})";
  TopicProof::note(at, record);
  CHECK(at.mark.hash == 0x405DA7698DFE2A37U);
  PartitionProgress other;
  record.value = std::nullopt;
  TopicProof::note(other, record);
  record.value = "";
  PartitionProgress empty;
  TopicProof::note(empty, record);
  CHECK(empty.mark.hash != other.mark.hash);
}

TEST_CASE("nothing is proved before anything was read") {
  Reading reading(3);
  reading.begin(kafka::kOffsetBeginning);
  CHECK(reading.at().proof == Proof::none);
  reading.proof.look_again(reading.progress, nullptr, 0);
  CHECK(reading.at().proof == Proof::none);
  reading.proof.look_again(reading.progress, &reading.at(), 0);  // what came is read again
  CHECK(reading.at().proof == Proof::none);
  CHECK(reading.next() == 0);
}
