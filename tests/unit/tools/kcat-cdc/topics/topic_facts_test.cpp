#include "tools/kcat-cdc/topics/topic_facts.hpp"

#include <doctest/doctest.h>

using namespace cdckit;
using kcat_cdc::read_facts;
using kcat_cdc::RecordCheck;
using kcat_cdc::TopicFacts;

namespace {

kafka::Outgoing record_of(std::string_view value, std::int64_t timestamp_ms = 0) {
  kafka::Outgoing out;
  out.key = "k";
  out.value = value;
  out.timestamp_ms = timestamp_ms;
  return out;
}

// Does not compress.
std::string noise(std::size_t size) {
  std::string out;
  std::uint64_t state = 1;
  while (out.size() < size) {
    state = state * 6364136223846793005U + 1442695040888963407U;
    out += static_cast<char>('!' + (state >> 40U) % 90);
  }
  return out;
}

}  // namespace

TEST_CASE("settings of a topic mean something for records") {
  const TopicFacts facts = read_facts({{"max.message.bytes", "32768"},
                                       {"cleanup.policy", "delete, compact"},
                                       {"retention.ms", "3600000"},
                                       {"message.timestamp.after.max.ms", "3600000"},
                                       {"message.timestamp.before.max.ms", "9223372036854775807"}});
  CHECK(facts.most_bytes == 32768);
  CHECK(std::string(facts.most_by) == "max.message.bytes");
  const auto small =
      kcat_cdc::read_facts({{"max.message.bytes", "9000000"}, {"segment.bytes", "1048576"}});
  CHECK(small.most_bytes == 1'048'576);
  CHECK(std::string(small.most_by) == "segment.bytes");
  CHECK(facts.cleanup == "compact,delete");
  CHECK(facts.compacts());
  CHECK(facts.deletes());
  CHECK(facts.after_ms == 3600000);
  CHECK_FALSE(facts.before_ms);
  CHECK(facts.expires(1, 3600002));
  CHECK_FALSE(facts.expires(2, 3600002));
  CHECK_FALSE(facts.expires(0, 3600002));  // it gets the time of its sending
}

TEST_CASE("what keeps records keeps old ones too") {
  using Settings = std::map<std::string, std::string>;
  for (const Settings& settings :
       {Settings{{"cleanup.policy", "compact"}, {"retention.ms", "1000"}},
        Settings{{"cleanup.policy", "delete"}, {"retention.ms", "-1"}},
        Settings{{"cleanup.policy", "delete"},
                 {"retention.ms", "1000"},
                 {"message.timestamp.type", "LogAppendTime"}},
        Settings{}}) {
    CHECK_FALSE(read_facts(settings).expires(1, 1'000'000));
  }
}

TEST_CASE("a record over the topic's limit is refused with limit and size") {
  const TopicFacts facts = read_facts({{"max.message.bytes", "32768"}});
  const RecordCheck check(1'000'000, true);
  CHECK_FALSE(check.refuse(record_of("small"), "t", facts, 0));
  CHECK_FALSE(check.refuse(record_of(std::string(40'000, 'x')), "t", facts, 0));  // compressed
  const std::string large = noise(40'000);
  const auto refusal = check.refuse(record_of(large), "t", facts, 0);
  REQUIRE(refusal);
  CHECK(refusal->reason.find("topic \"t\"") != std::string::npos);
  CHECK(refusal->reason.find("32768") != std::string::npos);
  CHECK(refusal->reason.find("40098 bytes") != std::string::npos);
  const RecordCheck plain(1'000'000, false);
  CHECK(plain.refuse(record_of(std::string(40'000, 'x')), "t", facts, 0));
  CHECK_FALSE(check.refuse(record_of(large), "t", {}, 0));  // no limit is known
}

TEST_CASE("the client's own limit counts whatever the topic takes") {
  const RecordCheck check(1'000, true);
  const auto refusal = check.refuse(record_of(std::string(2'000, 'x')), "t", {}, 0);
  REQUIRE(refusal);
  CHECK(refusal->reason.find("message.max.bytes 1000") != std::string::npos);
}

TEST_CASE("a compacted topic takes no record without a key") {
  kafka::Outgoing record = record_of("v");
  record.key = std::nullopt;
  const RecordCheck check(1'000, true);
  CHECK(check.refuse(record, "t", read_facts({{"cleanup.policy", "compact"}}), 0));
  CHECK_FALSE(check.refuse(record, "t", read_facts({{"cleanup.policy", "delete"}}), 0));
}

TEST_CASE("times that the topic does not take are refused") {
  const TopicFacts facts = read_facts(
      {{"message.timestamp.before.max.ms", "1000"}, {"message.timestamp.after.max.ms", "500"}});
  const RecordCheck check(1'000, true);
  CHECK_FALSE(check.refuse(record_of("v", 9'000), "t", facts, 10'000));
  CHECK(check.refuse(record_of("v", 8'999), "t", facts, 10'000));
  CHECK_FALSE(check.refuse(record_of("v", 10'500), "t", facts, 10'000));
  CHECK(check.refuse(record_of("v", 10'501), "t", facts, 10'000));
  CHECK_FALSE(check.refuse(record_of("v", 0), "t", facts, 10'000));
}

TEST_CASE("a topic that is not as wished is described") {
  using kcat_cdc::difference;
  const TopicFacts facts = read_facts({{"cleanup.policy", "delete"}});
  CHECK(difference(-1, {}, 1, facts).empty());
  CHECK(difference(3, {{"cleanup.policy", "delete"}}, 3, facts).empty());
  CHECK(difference(3, {}, 1, facts) == "has 1 partition, not 3");
  CHECK(difference(3, {{"cleanup.policy", "compact"}}, 2, facts) ==
        "has 2 partitions, not 3 and cleanup.policy=delete, not compact");
  CHECK(difference(-1, {{"cleanup.policy", "compact"}}, 2, {}).empty());
}
