#include "tools/pg-load/commands/verify_target.hpp"

#include <doctest/doctest.h>

using cdckit::pg_load::Standing;
using cdckit::pg_load::standing;

TEST_CASE("where the target stands") {
  CHECK(standing("", "", "00A0") == Standing::unknown);
  CHECK(standing("0090/0001", "", "00A0") == Standing::behind);
  CHECK(standing("0090/0001", "0095", "00A0") == Standing::behind);
  CHECK(standing("0090/0001", "00A0", "00A0") == Standing::same);
  CHECK(standing("", "00B0", "00A0") == Standing::same);
  CHECK(standing("00A0/0001", "00B0", "00A0") == Standing::ahead);
  CHECK(standing("00B0/0001", "", "00A0") == Standing::ahead);
}
