#include "tools/walcat/change/composite_watch.hpp"

#include <doctest/doctest.h>

using namespace cdckit::walcat;

namespace {

Relation relation(std::uint32_t xid) {
  Relation out;
  out.oid = 7;
  out.xid = xid;
  out.schema = "s";
  out.table = "t";
  return out;
}

Table described(std::uint32_t xid, std::vector<std::uint32_t> changes, std::uint64_t as_of) {
  Table table;
  table.composites = {.any = true, .changes = std::move(changes), .as_of = as_of};
  table.composites_xid = xid;
  return table;
}

}  // namespace

TEST_CASE("a table without composites is never described again") {
  CompositeWatch watch;
  const Table plain;
  watch.met(relation(50), plain);
  CHECK(watch.outdated(plain, 7, 60, 0x900) == nullptr);
}

TEST_CASE("as long as the catalog was looked at later than the change nothing is asked") {
  CompositeWatch watch;
  const Table table = described(50, {10, 40}, 0x500);
  watch.met(relation(50), table);
  CHECK(watch.outdated(table, 7, 60, 0x500) == nullptr);
  const Relation* again = watch.outdated(table, 7, 60, 0x501);
  REQUIRE(again != nullptr);
  CHECK(again->xid == 60);
  CHECK(again->table == "t");
}

TEST_CASE("a change between two transactions of a backlog parts them") {
  CompositeWatch watch;
  const Table table = described(50, {10, 55}, 0x900);
  watch.met(relation(50), table);
  CHECK(watch.outdated(table, 7, 54, 0x500) == nullptr);
  CHECK(watch.outdated(table, 7, 56, 0x500) != nullptr);
}

TEST_CASE("transaction numbers go round") {
  CompositeWatch watch;
  const Table table = described(0xFFFFFFF0U, {0xFFFFFFFEU}, 0x900);
  watch.met(relation(0xFFFFFFF0U), table);
  CHECK(watch.outdated(table, 7, 0xFFFFFFFAU, 0x500) == nullptr);
  CHECK(watch.outdated(table, 7, 9, 0x500) != nullptr);
}
