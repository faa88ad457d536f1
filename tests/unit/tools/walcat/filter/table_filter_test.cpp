#include "tools/walcat/filter/table_filter.hpp"

#include <doctest/doctest.h>

using cdckit::walcat::TableFilter;

TEST_CASE("tables are chosen by globs") {
  CHECK(TableFilter({}, {}).selects("public", "t"));
  CHECK(TableFilter({}, {}).selects_all());
  const TableFilter some({"public.a*", "log"}, {"*.ab"});
  CHECK_FALSE(some.selects_all());
  CHECK(some.selects("public", "a"));
  CHECK(some.selects("public", "abc"));
  CHECK_FALSE(some.selects("public", "ab"));
  CHECK_FALSE(some.selects("other", "a"));
  CHECK(some.selects("other", "log"));
  CHECK_FALSE(TableFilter({}, {"log"}).selects("other", "log"));
  CHECK(TableFilter({}, {"log"}).selects("other", "t"));
}
