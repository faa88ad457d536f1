#include "tools/snow-ddl/scripts/variables.hpp"

#include "tests/unit/tools/snow-ddl/support.hpp"

#include <cstdlib>
#include <stdexcept>

#include <doctest/doctest.h>

namespace cdckit::snow_ddl {

TEST_CASE("a variable is NAME=VALUE, the value may hold anything") {
  Variables variables;
  add_variable(variables, "db=CDC");
  add_variable(variables, "empty=");
  add_variable(variables, "sum=a=b");
  CHECK(variables.at("db").value == "CDC");
  CHECK(variables.at("empty").value.empty());
  CHECK(variables.at("sum").value == "a=b");
  CHECK_THROWS_AS(add_variable(variables, "db"), std::invalid_argument);
  CHECK_THROWS_AS(add_variable(variables, "=x"), std::invalid_argument);
}

TEST_CASE("secrets are known by their name or where they come from") {
  Variables variables;
  add_variable(variables, "db=CDC");
  for (const char* name : {"My_Secret", "PASSWORD2", "api.token", "credentials", "x_private_key"}) {
    add_variable(variables, std::string(name) + "=x");
    CHECK_MESSAGE(variables.at(name).secret, name);
  }
  CHECK_FALSE(variables.at("db").secret);
  ::setenv("SNOW_DDL_TEST", "of the environment", 1);
  add_variable_of_environment(variables, "e=SNOW_DDL_TEST");
  CHECK(variables.at("e").secret);
  CHECK(variables.at("e").value == "of the environment");
  CHECK_THROWS_AS(add_variable_of_environment(variables, "e=SNOW_DDL_NONE"), base::Error);
  const ScriptFolder folder;
  folder.add("key", "of a file\n");
  add_variable_of_file(variables, "f=" + folder.path() + "/key");
  CHECK(variables.at("f").secret);
  CHECK(variables.at("f").value == "of a file");
  CHECK_THROWS_AS(add_variable_of_file(variables, "f=/nonexistent/key"), base::Error);
}

TEST_CASE("secrets are masked wherever they stand, the longest first") {
  const Variables variables{{"a", {"pass", true}},
                            {"b", {"pass word", true}},
                            {"c", {"it's", true}},
                            {"d", {"plain", false}},
                            {"e", {"", true}}};
  const Mask mask(variables);
  CHECK(mask("x pass word y pass z plain") == "x *** y *** z plain");
  CHECK(mask("'it''s' it's") == "'***' ***");
  CHECK(Mask()("pass") == "pass");
}

TEST_CASE("secrets are masked in upper case and line by line, too") {
  const Mask mask({{"a", {"hunter2", true}}, {"b", {"-- begin\nabcdefgh\nxy", true}}}, {"other1"});
  CHECK(mask("user 'HUNTER2' other1 OTHER1") == "user '***' *** ***");
  CHECK(mask("unexpected abcdefgh, xy") == "unexpected ***, xy");
  CHECK(Mask({{"a", {"ab", true}}})("ab AB") == "*** AB");
}

TEST_CASE("names of variables") {
  for (const char* name : {"a", "A_1.b", "_x"}) CHECK(is_variable_name(name));
  for (const char* name : {"", "1a", "a-b", "a b", ".a"}) CHECK_FALSE(is_variable_name(name));
}

}  // namespace cdckit::snow_ddl
