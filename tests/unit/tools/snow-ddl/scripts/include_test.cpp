#include "tools/snow-ddl/scripts/include.hpp"

#include "common/base/error.hpp"
#include "tests/unit/tools/snow-ddl/support.hpp"
#include "tools/snow-ddl/scripts/script.hpp"

#include <doctest/doctest.h>

namespace cdckit::snow_ddl {

namespace {

std::string failure(const ScriptFolder& folder, Template with = Template::dollar) {
  try {
    (void)load_scripts({folder.path(), {}, with});
  } catch (const base::Error& error) {
    CHECK(error.kind() == base::ErrorKind::data);
    return error.what();
  }
  return "none";
}

}  // namespace

TEST_CASE("a file's text stands in the place of the line that names it") {
  const ScriptFolder folder;
  folder.add("V1__a.sql", "select 1;\n  -- snow-ddl: include common/two.sql\nselect 4;\n");
  folder.add("common/two.sql", "\xEF\xBB\xBFselect 2;\r\n-- snow-ddl: include three.sql\r\n");
  folder.add("common/three.sql", "select ${x};");
  const auto scripts = load_scripts({folder.path(), {{"x", {"3", false}}}});
  REQUIRE(scripts.size() == 1);
  CHECK(scripts[0].rendered == "select 1;\nselect 2;\nselect 3;\nselect 4;\n");
  std::string lines;
  for (const SqlStatement& statement : scripts[0].statements)
    lines += std::to_string(statement.line) + " ";
  CHECK(lines == "1 2 2 3 ");
}

TEST_CASE("a change of what is included is a change of the script") {
  const ScriptFolder folder;
  folder.add("R__a.sql", "-- snow-ddl: include b.inc\n").add("b.inc", "select 1;");
  const std::string before = load_scripts({folder.path()})[0].checksum;
  folder.add("b.inc", "select 2;");
  CHECK(load_scripts({folder.path()})[0].checksum != before);
}

TEST_CASE("Jinja's include, as schemachange has it") {
  const ScriptFolder folder;
  folder.add("V1__a.sql",
             "{# {% include 'no' %} #}select {% include \"modules/n.sql\" %} + 1;\nselect 2;");
  folder.add("modules/n.sql", "{{ x }}\n");
  const auto scripts = load_scripts({folder.path(), {{"x", {"1", false}}}, Template::jinja});
  CHECK(scripts.at(0).rendered == "select 1 + 1;\nselect 2;");
  CHECK(scripts.at(0).statements.at(1).line == 2);
}

TEST_CASE("what cannot be included is named with its place") {
  const ScriptFolder folder;
  folder.add("V1__a.sql", "select 1;\n-- snow-ddl: include none.sql");
  CHECK(failure(folder).ends_with(
      "V1__a.sql:2: could not include \"none.sql\": there is no such file"));
  folder.add("none.sql", "-- snow-ddl: include V1__a.sql");
  CHECK(failure(folder).ends_with(
      "none.sql:1: could not include \"V1__a.sql\": it would include itself"));
  const ScriptFolder other;
  other.add("x.sql", "select 1");
  folder.add("none.sql", "-- snow-ddl: include " + other.path() + "/x.sql");
  CHECK(failure(folder).find("outside of the folder") != std::string::npos);
}

TEST_CASE("what only looks like one") {
  const ScriptFolder folder;
  folder.add("V1__a.sql", "select 1; -- snow-ddl: include x\n--snow-ddl: include x\n");
  CHECK(failure(folder) == "none");
  folder.add("V1__a.sql", "-- snow-ddl: include x\n{% include 'x' %}select 1");
  CHECK(failure(folder, Template::none) == "none");
  folder.add("V1__a.sql", "{% include x %}");
  CHECK(failure(folder, Template::jinja).find("could not render") != std::string::npos);
}

}  // namespace cdckit::snow_ddl
