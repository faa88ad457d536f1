#include "tools/pg-load/events/table_receipt.hpp"

#include <doctest/doctest.h>

using namespace cdckit::pg_load;

TEST_CASE("what was counted is undone with its rows") {
  TableReceipt receipt("public.t");
  receipt.add({.inserted = 2, .updated = 1});
  receipt.open().rows_in = 3;
  receipt.remember();
  receipt.add({.inserted = 5, .deleted = 1, .unchanged = 4});
  receipt.restore();
  CHECK(receipt.open().inserted == 2);
  CHECK(receipt.open().updated == 1);
  CHECK(receipt.open().deleted == 0);
  CHECK(receipt.open().unchanged == 0);
  CHECK(receipt.open().rows_in == 3);
}

TEST_CASE("a closed receipt takes its last set, the next one is open meanwhile") {
  TableReceipt receipt("public.t");
  receipt.open().rows_in = 7;
  receipt.close();
  receipt.open().rows_in = 1;
  receipt.add({.inserted = 7});
  const auto closed = receipt.take_closed();
  REQUIRE(closed);
  CHECK(closed->table == "public.t");
  CHECK(closed->inserted == 7);
  CHECK(closed->rows_in == 7);
  CHECK(receipt.open().rows_in == 1);
  CHECK(receipt.open().inserted == 0);
  CHECK_FALSE(receipt.take_closed());
  receipt.open() = {.table = "public.t"};
  receipt.close();
  CHECK_FALSE(receipt.take_closed());  // nothing happened
}
