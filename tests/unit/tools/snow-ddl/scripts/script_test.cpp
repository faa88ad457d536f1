#include "tools/snow-ddl/scripts/script.hpp"

#include "common/base/error.hpp"
#include "tests/unit/tools/snow-ddl/support.hpp"

#include <doctest/doctest.h>

namespace cdckit::snow_ddl {
namespace {

std::string order_of(const ScriptFolder& folder) {
  std::string names;
  for (const Script& script : load_scripts({folder.path()})) names += script.name.file + " ";
  return names;
}

base::ErrorKind failure_of(const std::string& folder) {
  try {
    (void)load_scripts({folder});
  } catch (const base::Error& error) {
    return error.kind();
  }
  throw std::runtime_error("loaded");
}

}  // namespace

TEST_CASE(
    "versioned scripts come first by version, then repeatable ones, then always ones, by name") {
  const ScriptFolder folder;
  folder.add("A__z.sql", "")
      .add("A__a.sql", "")
      .add("R__b10.sql", "")
      .add("R__b9.sql", "")
      .add("deep/er/V1.10__x.sql", "");
  folder.add("V1.9__y.sql", "").add("V2__a.sql", "").add("README.md", "");
  CHECK(order_of(folder) ==
        "V1.9__y.sql V1.10__x.sql V2__a.sql R__b9.sql R__b10.sql A__a.sql A__z.sql ");
}

TEST_CASE("the checksum is over the raw text, statements are rendered") {
  const ScriptFolder folder;
  folder.add("V1__a.sql", "\xEF\xBB\xBF${word};\r\n");
  const auto scripts = load_scripts({folder.path(), {{"word", {"abc", false}}}});
  REQUIRE(scripts.size() == 1);
  CHECK(scripts[0].raw == "${word};\n");
  CHECK(scripts[0].checksum.starts_with("sha256:"));
  REQUIRE(scripts[0].statements.size() == 1);
  CHECK(scripts[0].statements[0].text == "abc");
}

TEST_CASE("two of the same version or name are told") {
  const ScriptFolder versions;
  versions.add("V1__a.sql", "").add("V01__b.sql", "").add("V2__c.sql", "");
  CHECK(find_twins(load_scripts({versions.path()})).size() == 1);
  const ScriptFolder names;
  names.add("x/R__a.sql", "").add("y/R__a.sql", "");
  CHECK(find_twins(load_scripts({names.path()})).size() == 1);
}

TEST_CASE("a stream is a folder with versions of its own") {
  const ScriptFolder folder;
  folder.add("one/.stream", "").add("one/deep/V1__a.sql", "").add("two/V1__a.sql", "");
  const auto scripts = load_scripts({folder.path()});
  REQUIRE(scripts.size() == 2);
  CHECK(find_twins(scripts).empty());
  CHECK(scripts[0].key() == "V1__a.sql");
  CHECK(scripts[1].key() == "one/V1__a.sql");
  CHECK(scripts[1].version() == "one/1");
}

TEST_CASE("repeatable scripts say what they come after, undo scripts stand apart") {
  const ScriptFolder folder;
  folder.add("R__a.sql", "-- snow-ddl: after R__b, R__c.sql\nselect 1")
      .add("R__b.sql", "")
      .add("R__c.sql", "")
      .add("U1__x.sql", "select 1");
  const auto scripts = load_scripts({folder.path()});
  REQUIRE(scripts.size() == 3);
  CHECK(scripts[2].after == std::vector<std::string>{"R__b.sql", "R__c.sql"});
  CHECK(load_undo_scripts({folder.path()}).size() == 1);
}

TEST_CASE("a folder that is not there is unavailable, an empty one has no scripts") {
  CHECK(failure_of("/nonexistent/folder") == base::ErrorKind::unavailable);
  const ScriptFolder empty;
  CHECK(load_scripts({empty.path()}).empty());
}

}  // namespace cdckit::snow_ddl
