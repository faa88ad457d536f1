#include "tools/pg-load/target/source_tables.hpp"

#include <doctest/doctest.h>

using namespace cdckit::pg_load;

TEST_CASE("what one picture holds") {
  const SourceTable plain{.name = "public.t"};
  const SourceTable leaf{.name = "public.p1", .root = "public.r"};
  CHECK(of_one_picture(plain, plain));
  CHECK(of_one_picture(leaf, {.name = "public.p2", .root = "public.r"}));
  CHECK_FALSE(of_one_picture(leaf, {.name = "public.p2", .root = "other.r"}));
  CHECK_FALSE(of_one_picture(plain, {.name = "public.u"}));
  CHECK_FALSE(of_one_picture(plain, leaf));
}

TEST_CASE("a table is added once, and its root when it is learned") {
  std::vector<SourceTable> tables;
  add_source(tables, {.name = "public.p1"});
  add_source(tables, {.name = "public.p1", .root = "public.r"});
  add_source(tables, {.name = "public.p1"});
  CHECK(tables == std::vector<SourceTable>{{.name = "public.p1", .root = "public.r"}});
}

TEST_CASE("what is kept is read again, for the same table of the target only") {
  const std::vector<SourceTable> tables = {{.name = R"(public.a "b" \c)"},
                                           {.name = "public.p1", .root = "public.r"}};
  const std::string text = sources_text(42, tables);
  CHECK(text == R"({"oid":42,"sources":[{"table":"public.a \"b\" \\c"},)"
                R"({"table":"public.p1","root":"public.r"}]})");
  CHECK(parse_sources(text, 42) == tables);
  CHECK(parse_sources(text, 43).empty());
  CHECK(parse_sources(sources_text(42, {}), 42).empty());
  for (const char* other : {"", "00000000000000A0", "[]", "{}"})
    CHECK(parse_sources(other, 42).empty());
}
