#include "common/journal/table_names.hpp"

#include "common/base/error.hpp"

#include <doctest/doctest.h>

using namespace cdckit;
using journal::TableNames;

TEST_CASE("targets: folded, mapped, or one for all") {
  TableNames names("", {"public.a=X", "b=\"y z\""});
  CHECK(names.target({"public", "live_state"}).name == "LIVE_STATE");
  CHECK(names.target({"public", "a"}).name == "X");
  CHECK(names.target({"other", "a"}).name == "A");
  CHECK(names.target({"any", "b"}).name == "y z");
  TableNames single("orders", {});
  CHECK(single.target({"public", "whatever"}).name == "ORDERS");
  CHECK_THROWS_AS(single.target({"public", "another"}), base::Error);
}

TEST_CASE("two sources never share a table") {
  TableNames names("", {});
  names.target({"a", "t"});
  CHECK(names.target({"a", "t"}).name == "T");
  CHECK_THROWS_AS(names.target({"b", "T"}), base::Error);
}

TEST_CASE("names of journals, pipes and channels") {
  CHECK(journal::journal_name("T") == "T_JOURNAL");
  CHECK(journal::pipe_name("T_JOURNAL") == "T_JOURNAL-STREAMING");
  CHECK(journal::channel_name("p_a.b c/d_0") == "p_a.b_c_d_0");
}

TEST_CASE("many schemas into one table, told apart by a column") {
  TableNames names("", {R"(tenant_(\w+)\.orders=ORDERS)"}, {R"(tenant=\1)"});
  const auto& first = names.target({"tenant_a", "orders"});
  CHECK(first.name == "ORDERS");
  CHECK(first.constants == decltype(first.constants){{"TENANT", "a"}});
  CHECK(names.target({"tenant_b", "orders"}).constants.front().second == "b");
  CHECK(names.target({"other", "orders_2"}).name == "ORDERS_2");
  CHECK_THROWS_AS(TableNames("", {"(=X"}), base::Error);
}

TEST_CASE("names with dots are not each other") {
  TableNames names("", {});
  CHECK(names.target({"a.b", "c"}).name == "C");
  CHECK_THROWS_AS(names.target({"a", "c"}), base::Error);
  CHECK(names.target({"a", "b.c"}).name == "b.c");
}

TEST_CASE("a table and what stands beside another one exclude each other") {
  for (const char* suffix : {"_journal", "_live", "_history", "_deleted"}) {
    TableNames names("", {"s.mapped=OTHER"});
    names.target({"s", "t"});
    CHECK_THROWS_AS(names.target({"s", std::string("t") + suffix}), base::Error);
    TableNames reversed("", {});
    reversed.target({"s", std::string("t") + suffix});
    CHECK_THROWS_AS(reversed.target({"s", "t"}), base::Error);
    TableNames plain("", {}, {}, false);
    plain.target({"s", "t"});
    CHECK_NOTHROW(plain.target({"s", std::string("t") + suffix}));
  }
  TableNames names("", {});
  CHECK_THROWS_AS(names.target({"s", "_cdc_state"}), base::Error);
}
