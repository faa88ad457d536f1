#include "tools/snow-ddl/scripts/script_name.hpp"

#include <doctest/doctest.h>

namespace cdckit::snow_ddl {

TEST_CASE("a versioned script's name holds version and description") {
  const auto name = parse_script_name("V1.2.3__add_BIG_table.sql");
  REQUIRE(name.has_value());
  CHECK(name->kind == ScriptKind::versioned);
  CHECK(name->version == "1.2.3");
  CHECK(name->description == "Add big table");
  CHECK(name->file == "V1.2.3__add_BIG_table.sql");
}

TEST_CASE("a version may hold single underscores, the description any") {
  const auto name = parse_script_name("v1_2__a__b.SQL");
  REQUIRE(name.has_value());
  CHECK(name->version == "1_2");
  CHECK(name->description == "A  b");
}

TEST_CASE("repeatable and always scripts have no version") {
  CHECK(parse_script_name("R__view.sql")->kind == ScriptKind::repeatable);
  CHECK(parse_script_name("A__grants.sql")->kind == ScriptKind::always);
  CHECK(parse_script_name("R__view.sql")->version.empty());
  CHECK(kind_letter(ScriptKind::always) == 'A');
}

TEST_CASE("an undo script has the version that it takes back") {
  const auto name = parse_script_name("U1.2__add.sql");
  REQUIRE(name.has_value());
  CHECK(name->kind == ScriptKind::undo);
  CHECK(name->version == "1.2");
  CHECK(kind_letter(name->kind) == 'U');
  CHECK_FALSE(parse_script_name("U__add.sql").has_value());
}

TEST_CASE("one spelling for one version") {
  CHECK(canonical_version("01.002.B") == "1.2.b");
  CHECK(canonical_version("0.0") == "0.0");
  CHECK(canonical_version("") == "");
}

TEST_CASE("a script that is Jinja by its name is known without that") {
  const auto name = parse_script_name("V1__a.sql.jinja");
  REQUIRE(name.has_value());
  CHECK(name->file == "V1__a.sql");
  CHECK(is_jinja_file("R__a.SQL.Jinja"));
  CHECK_FALSE(is_jinja_file("R__a.jinja"));
}

TEST_CASE("what was meant as a script is told from what was not") {
  for (const char* file : {"V1_add.sql", "V1__.sql", "R_x.sql", "a_x.sql.jinja", "U3_x.sql"})
    CHECK_MESSAGE(is_misnamed(file), file);
  for (const char* file : {"V1__x.sql",
                           "views_x.sql",
                           "v1.sql",
                           "V1-x.sql",
                           "roles.sql",
                           "audit_x.sql",
                           "R_x.txt",
                           "x.sql",
                           "V.sql",
                           ""})
    CHECK_FALSE_MESSAGE(is_misnamed(file), file);
  CHECK(is_step_file("V1__x.cli.yml"));
  CHECK(is_step_file("R__x.cli.yml.jinja"));
  CHECK_FALSE(is_step_file("config.cli.yml"));
}

TEST_CASE("other files are no scripts") {
  for (const char* file : {"README.md",
                           "V1_add.sql",
                           "V__add.sql",
                           "V1__.sql",
                           "R1__x.sql",
                           "X1__x.sql",
                           "V1__x.sql.bak",
                           ".sql",
                           "__x.sql",
                           ""}) {
    CAPTURE(file);
    CHECK_FALSE(parse_script_name(file).has_value());
  }
}

TEST_CASE("numbers in versions compare as numbers") {
  const char* const kOrder[] = {"1",
                                "1.1",
                                "1.2",
                                "1.9",
                                "1.10",
                                "1.10.1",
                                "2",
                                "10",
                                "10a",
                                "10B",
                                "100000000000000000000000"};
  for (std::size_t i = 0; i + 1 < std::size(kOrder); ++i) {
    CAPTURE(kOrder[i]);
    CHECK(compare_natural(kOrder[i], kOrder[i + 1]) < 0);
    CHECK(compare_natural(kOrder[i + 1], kOrder[i]) > 0);
  }
  CHECK(compare_natural("001", "1") == 0);
  CHECK(compare_natural("1.A", "1.a") == 0);
}

}  // namespace cdckit::snow_ddl
