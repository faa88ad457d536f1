#include "tools/cdc-check/values/order.hpp"

#include <doctest/doctest.h>

using namespace cdckit::cdc_check;

TEST_CASE("texts are ordered by bytes, times by time") {
  CHECK(compare_texts("a", "b") < 0);
  CHECK(compare_texts("b", "a") > 0);
  CHECK(compare_texts("10", "9") < 0);
  CHECK(compare_texts("2026-03-01T10:00:00+02:00", "2026-03-01T09:00:00Z") < 0);
  CHECK(compare_texts("2026-03-01 10:00:00", "2026-03-01T10:00:00.000Z") == 0);
  CHECK(compare_texts("2026-03-01x", "2026-03-01a") > 0);
}

TEST_CASE("tokens of one kind have an order") {
  std::string one;
  std::string other;
  const auto order = [&](const char* left, const char* right) {
    return compare_tokens(left, right, one, other);
  };
  CHECK(order("1.0", "1") == 0);
  CHECK(order("9", "10") == -1);
  CHECK(order(R"("\u0062")", R"("a")") == 1);
  CHECK(order("false", "true") == -1);
  CHECK_FALSE(order("1", R"("1")").has_value());
  CHECK_FALSE(order("[1]", "[2]").has_value());
}
