#include "tools/snow-ddl/generate/known_layouts.hpp"

#include "common/base/error.hpp"
#include "tests/unit/tools/snow-ddl/generate/support.hpp"
#include "tests/unit/tools/snow-ddl/support.hpp"

#include <doctest/doctest.h>

namespace cdckit::snow_ddl {

TEST_CASE("the newest script of a table counts, whatever its folder") {
  const TableLayout first = laid_out({{"id", "bigint"}});
  const TableLayout second = laid_out({{"id", "bigint"}, {"a", "text"}});
  const ScriptFolder folder;
  folder.add("V10__b.sql", "-- x\r\n" + layout_comment(second) + "\r\nselect 1;");
  folder.add("old/V9__a.sql", setup_comment() + "\n" + layout_comment(first) + "\nselect 1;");
  folder.add("R__c.sql", layout_comment(first) + "\nselect 1;");
  const KnownLayouts known = read_known_layouts(folder.path());
  CHECK(known.version == "10");
  CHECK(known.setup);
  REQUIRE(known.tables.size() == 1);
  CHECK(known.tables.at("ORDERS") == second);
}

TEST_CASE("a folder that is not there has nothing") {
  const ScriptFolder folder;
  const KnownLayouts known = read_known_layouts(folder.path() + "/none");
  CHECK(known.version.empty());
  CHECK_FALSE(known.setup);
  CHECK(known.tables.empty());
}

TEST_CASE("versions go on behind the newest one") {
  CHECK(next_version("") == "1");
  CHECK(next_version("9") == "10");
  CHECK(next_version("003") == "004");
  CHECK(next_version("1.7.2") == "2");
  CHECK_THROWS_AS(next_version("a1"), base::Error);
}

}  // namespace cdckit::snow_ddl
