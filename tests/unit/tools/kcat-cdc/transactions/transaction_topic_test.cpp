#include "tools/kcat-cdc/transactions/transaction_topic.hpp"

#include <doctest/doctest.h>

using cdckit::kcat_cdc::TransactionTopic;

TEST_CASE("begin and commit become Debezium's transaction records") {
  TransactionTopic topic;
  const auto begin = topic.record_of(
      R"({"__cdc":"begin","txId":763,"lsn":"0000000001E31060","ts_us":1795359935494999})", true);
  REQUIRE(begin);
  CHECK(begin->key == R"({"id":"763:31658080"})");
  CHECK(begin->value ==
        R"({"status":"BEGIN","id":"763:31658080","event_count":null,"data_collections":null,)"
        R"("ts_ms":1795359935494})");
  CHECK(begin->timestamp_ms == 1795359935494);
  const char* const line =
      R"({"__cdc":"commit","txId":763,"lsn":"0000000001E31060","pos":"0000000001E31648",)"
      R"("event_count":1,"data_collections":[{"data_collection":"inv.types","event_count":1}],)"
      R"("ts_us":1795359935494999})";
  const auto commit = topic.record_of(line, false);
  REQUIRE(commit);
  CHECK(commit->key == R"({"id":"763:31659592"})");
  CHECK(commit->value == R"({"status":"END","id":"763:31659592","event_count":1,)"
                         R"("data_collections":[{"data_collection":"inv.types","event_count":1}],)"
                         R"("ts_ms":1795359935494})");
  CHECK(TransactionTopic::lsn_of(line) == 0x1E31060);
}

TEST_CASE("a line that says too little becomes nothing") {
  TransactionTopic topic;
  CHECK_FALSE(topic.record_of(R"({"__cdc":"begin","pos":17})", true));
  CHECK_FALSE(topic.record_of(R"({"__cdc":"commit","rows":null})", false));
  CHECK(TransactionTopic::lsn_of(R"({"__cdc":"commit"})") == 0);
}
