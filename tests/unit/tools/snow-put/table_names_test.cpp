#include "tools/snow-put/table_names.hpp"

#include "common/base/error.hpp"

#include <doctest/doctest.h>

using namespace cdckit;
using snow_put::TableNames;

TEST_CASE("targets: folded, mapped, or one for all") {
  TableNames names("", {"public.a=X", "b=\"y z\""});
  CHECK(names.target("public", "live_state") == "LIVE_STATE");
  CHECK(names.target("public", "a") == "X");
  CHECK(names.target("other", "a") == "A");
  CHECK(names.target("any", "b") == "y z");
  TableNames single("orders", {});
  CHECK(single.target("public", "whatever") == "ORDERS");
  CHECK_THROWS_AS(single.target("public", "another"), base::Error);
}

TEST_CASE("two sources never share a table") {
  TableNames names("", {});
  names.target("a", "t");
  CHECK(names.target("a", "t") == "T");
  CHECK_THROWS_AS(names.target("b", "T"), base::Error);
}

TEST_CASE("names of journals, pipes and channels") {
  CHECK(snow_put::journal_name("T") == "T_JOURNAL");
  CHECK(snow_put::pipe_name("T_JOURNAL") == "T_JOURNAL-STREAMING");
  CHECK(snow_put::channel_name("p_a.b c/d_0") == "p_a.b_c_d_0");
}
