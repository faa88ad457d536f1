#include "tools/pg-load/batch/receipt.hpp"

#include <doctest/doctest.h>

using cdckit::pg_load::Receipt;

TEST_CASE("a receipt is one line of JSON") {
  Receipt receipt{.table = "public.\"x\"",
                  .rows_in = 9,
                  .inserted = 1,
                  .updated = 2,
                  .deleted = 3,
                  .unchanged = 4,
                  .rejected = 5,
                  .bytes = 6,
                  .milliseconds = 7};
  CHECK(
      receipt.json() ==
      R"({"tool":"pg-load","table":"public.\"x\"","rows_in":9,"inserted":1,"updated":2,"deleted":3,"unchanged":4,"rejected":5,"bytes":6,"ms":7,"pos":null})");
  receipt.pos = "00AA/01";
  CHECK(receipt.json().ends_with(R"("pos":"00AA/01"})"));
}
