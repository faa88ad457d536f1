#include "tools/kcat-cdc/listing.hpp"

#include <doctest/doctest.h>

using namespace cdckit::kcat_cdc;

TEST_CASE("one line each") {
  CHECK(topic_line({"a.b", 3, 1}) == R"({"topic":"a.b","partitions":3,"replication":1})");
  CHECK(group_line({"g \"x\"", "Stable", 2}) ==
        R"({"group":"g \"x\"","state":"Stable","members":2})");
}

TEST_CASE("lag counts what can still be read") {
  CHECK(lag_line({"g", {"t", 1}, 5, {0, 12}}) ==
        R"({"group":"g","topic":"t","partition":1,"committed":5,"end":12,"lag":7})");
  CHECK(lag_line({"g", {"t", 1}, 5, {10, 12}}).ends_with(R"("lag":2})"));
}
