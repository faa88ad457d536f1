#include "tools/pg-load/table/target_table.hpp"

#include "common/base/error.hpp"
#include "tests/unit/tools/pg-load/tables.hpp"

#include <doctest/doctest.h>

using namespace cdckit;
using namespace cdckit::pg_load;

TEST_CASE("table names as SQL reads them") {
  CHECK(parse_table_name("Flights").table == "flights");
  CHECK(parse_table_name("app.Flights").schema == "app");
  CHECK(parse_table_name("\"App.x\".\"a\"\"b\"").schema == "App.x");
  CHECK(parse_table_name("\"App.x\".\"a\"\"b\"").table == "a\"b");
  for (const char* bad : {"", "a.", ".a", "a.b.c", "\"open", "\"a\"b"})
    CHECK_THROWS_AS(parse_table_name(bad), base::Error);
  CHECK(display_name({.schema = "s", .table = "t"}) == "s.t");
}

TEST_CASE("codecs by type") {
  CHECK(codec_for({.base_type = "integer"}) == Codec::int4);
  CHECK(codec_for({.base_type = "integer[]", .category = 'A'}) == Codec::populate);
  CHECK(codec_for({.base_type = "pair", .kind = 'c', .category = 'C'}) == Codec::populate);
  CHECK(codec_for({.base_type = "mood", .kind = 'e', .category = 'E'}) == Codec::cast);
  CHECK(codec_for({.base_type = "int4range", .kind = 'r', .category = 'R'}) == Codec::cast);
}

TEST_CASE("which types = tells apart wholly") {
  CHECK(compares_exactly({.base_type = "bigint"}));
  CHECK(compares_exactly({.base_type = "numeric", .modified = true}));
  CHECK_FALSE(compares_exactly({.base_type = "numeric"}));
  CHECK_FALSE(compares_exactly({.base_type = "json"}));
  CHECK_FALSE(compares_exactly({.base_type = "box"}));
}

TEST_CASE("the key can be chosen") {
  TargetTable target = tests::sample();
  choose_key(target, {"n", "id"});
  CHECK(target.key == std::vector<std::size_t>{2, 0});
  CHECK(target.is_key(2));
  CHECK_FALSE(target.is_key(1));
  CHECK_THROWS_AS(choose_key(target, {"none"}), base::Error);
}
