#include "tools/walcat/snapshot/incremental_state.hpp"

#include "common/base/error.hpp"

#include <doctest/doctest.h>

using namespace cdckit;
using namespace cdckit::walcat;

TEST_CASE("a state comes back as it went") {
  IncrementalState state;
  state.slot = "s";
  state.step = "0123";
  state.tables = {"public.t", "public.\"odd\"\\"};
  state.table = 1;
  state.after = {"1", "a'b\nc", ""};
  state.until = {"9", "zürich", "{}"};
  CHECK(parse_state(state_json(state)) == state);
  CHECK(parse_state(state_json({})) == IncrementalState{});
  CHECK_FALSE(state.done());
  ++state.table;
  CHECK(state.done());
}

TEST_CASE("names of tables with dots and quotes") {
  CHECK(table_text("public", "t") == "public.t");
  CHECK(table_text("a.b", "c") == R"("a.b".c)");
  CHECK(table_text("a", "b.c") == R"(a."b.c")");
  CHECK(table_text("we\"ird", "T x") == R"("we""ird".T x)");
  for (const std::string schema : {"public", "a.b", "\"", "\".\"", "a\"\".b", "", ".", "ä"}) {
    for (const std::string table : {"t", "x.y", "\"", "\"\".", "a b", "."}) {
      const auto name = parse_table(table_text(schema, table));
      CHECK(name.schema == schema);
      CHECK(name.table == table);
    }
  }
  for (const std::string text : {"", ".", "a", "\"", "\"a", "a.", "\"a\"b", "\"\"\""}) {
    CHECK_NOTHROW(parse_table(text));
  }
  CHECK(parse_table("a.b.c").table == "b.c");  // a request that knew no quotes
}

TEST_CASE("what is no state is none") {
  for (const std::string text :
       {"", "x", "{}", "[1]", R"({"v":2,"table":0})", R"({"v":1,"table":"x"})", R"({"v":1})"}) {
    CHECK_FALSE(parse_state(text));
  }
  const auto odd = parse_state(R"({"v":1,"table":0,"slot":7,"tables":{"a":1},"after":[1,null]})");
  REQUIRE(odd);
  CHECK(odd->slot.empty());
  CHECK(odd->tables.empty());
}

TEST_CASE("which transactions a read has seen") {
  const SeenTransactions seen("100:110:103,107");
  for (const std::uint32_t xid : {1U, 99U, 100U, 104U, 109U}) CHECK(seen.sees(xid));
  for (const std::uint32_t xid : {103U, 107U, 110U, 200U}) CHECK_FALSE(seen.sees(xid));
  CHECK(SeenTransactions("7:7:").sees(6));
  CHECK_FALSE(SeenTransactions("7:7:").sees(7));
}

TEST_CASE("xids wrap around, snapshots carry an epoch") {
  const SeenTransactions seen("4294967290:4294967300:4294967295,4294967298");
  CHECK(seen.sees(4294967290U));
  CHECK(seen.sees(4294967294U));
  CHECK_FALSE(seen.sees(4294967295U));
  CHECK_FALSE(seen.sees(2));
  CHECK(seen.sees(3));
  CHECK_FALSE(seen.sees(4));
}

TEST_CASE("text that is no snapshot is refused") {
  for (const std::string text : {"", "1:2", "1:x:", "1:2:y", "1:2:3:4"}) {
    CHECK_THROWS_AS(SeenTransactions{text}, base::Error);
  }
}
