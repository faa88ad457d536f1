#include "tools/walcat/change/transaction_order.hpp"

#include <doctest/doctest.h>

using cdckit::walcat::precedes;

TEST_CASE("numbers of transactions go round") {
  CHECK(precedes(5, 6));
  CHECK_FALSE(precedes(6, 6));
  CHECK_FALSE(precedes(7, 6));
  CHECK(precedes(0xffff'fff0U, 3));
  CHECK_FALSE(precedes(3, 0xffff'fff0U));
}
