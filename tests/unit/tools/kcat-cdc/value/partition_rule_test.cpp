#include "tools/kcat-cdc/value/partition_rule.hpp"

#include "common/base/error.hpp"

#include <doctest/doctest.h>

using namespace cdckit;
using kcat_cdc::PartitionRule;

namespace {

event::Event event_of(char op,
                      std::string_view key,
                      std::string_view before,
                      std::string_view after) {
  event::Event event;
  event.op = op;
  event.key = key;
  event.before = before;
  event.after = after;
  return event;
}

}  // namespace

TEST_CASE("values by their text, one byte between them") {
  PartitionRule rule("tenant, \"n");
  const auto event =
      event_of('c', R"({"id":1})", "null", R"({"id":1,"tenant":"a\u00e9\"","\"n":1.50})");
  CHECK(rule.bytes_of(event) ==
        "a\xc3\xa9\"\x1f"
        "1.50");
  CHECK(PartitionRule("id").bytes_of(event) == "1");
  CHECK(PartitionRule().empty());
}

TEST_CASE("a delete goes where its row went") {
  PartitionRule rule("tenant");
  CHECK(rule.bytes_of(event_of('d', R"({"id":1})", R"({"id":1,"tenant":"a"})", "null")) == "a");
  CHECK(rule.bytes_of(event_of('d', R"({"tenant":"b"})", "null", "null")) == "b");
  CHECK_FALSE(rule.bytes_of(event_of('d', R"({"id":1})", R"({"id":1})", "null")));
  CHECK(rule.reason().find("\"tenant\"") != std::string_view::npos);
}

TEST_CASE("what stands for a value that was not sent is none") {
  const auto event = event_of(
      'u', R"({"id":1})", "null", R"({"id":1,"tenant":"__debezium_unavailable_value","n":["zz"]})");
  PartitionRule rule("tenant");
  CHECK_FALSE(rule.bytes_of(event));
  CHECK(rule.reason().find("\"tenant\"") != std::string_view::npos);
  PartitionRule other("tenant", "zz");
  CHECK(other.bytes_of(event) == "__debezium_unavailable_value");
  CHECK_FALSE(PartitionRule("n", "zz").bytes_of(event));
}

TEST_CASE("null is a value, a truncate has none") {
  PartitionRule rule("tenant");
  CHECK(rule.bytes_of(event_of('c', "null", "null", R"({"tenant":null})")) == "null");
  CHECK_FALSE(rule.bytes_of(event_of('t', "null", "null", "null")));
}

TEST_CASE("a rule without a name is none") {
  CHECK_THROWS_AS(PartitionRule("a,,b"), base::Error);
  CHECK_THROWS_AS(PartitionRule(" "), base::Error);
}
