#include "tools/kcat-cdc/commands/listing.hpp"

#include <doctest/doctest.h>

using namespace cdckit::kcat_cdc;

TEST_CASE("one line each") {
  CHECK(topic_line({"a.b", 3, 1}) == R"({"topic":"a.b","partitions":3,"replication":1})");
  CHECK(group_line({"g \"x\"", "Stable", 2}) ==
        R"({"group":"g \"x\"","state":"Stable","members":2})");
}

TEST_CASE("lag counts what can still be read") {
  CHECK(lag_line({"g", {"t", 1}, 5, {0, 12}}) ==
        R"({"group":"g","topic":"t","partition":1,"offset":5,"end":12,"lag":7})");
  CHECK(lag_line({"g", {"t", 1}, 5, {10, 12}}).ends_with(R"("lag":2})"));
  CHECK(lag_line({"g", {"t", 1}, {}, {0, 12}}).ends_with(R"("offset":null,"end":12,"lag":null})"));
  CHECK(lag_line({"g", {"t", 1}, 14, {0, 12}}).ends_with(R"("lag":0})"));
}

TEST_CASE("tables for people") {
  CHECK(topic_table({{"a.b", 3, 1}, {"c", 12, 3}}) ==
        "TOPIC  PARTITIONS  REPLICAS\n"
        "a.b             3         1\n"
        "c              12         3\n");
  CHECK(group_table({{"g", "Stable", 2}}) ==
        "GROUP  STATE   MEMBERS\n"
        "g      Stable        2\n");
  CHECK(lag_table({{"g", {"t", 0}, 5, {0, 12}}, {"g", {"t", 1}, 1234567, {0, 2000000}}}) ==
        "GROUP  TOPIC  PARTITION     OFFSET        END      LAG\n"
        "g      t              0          5         12        7\n"
        "g      t              1  1,234,567  2,000,000  765,433\n"
        "all    -              -          -          -  765,440\n");
  CHECK(lag_table({{"g", {"t", 0}, 5, {0, 12}}}).find("all") == std::string::npos);
}
