#include "tools/snow-ddl/generate/places.hpp"

#include <doctest/doctest.h>

namespace cdckit::snow_ddl {

TEST_CASE("holes stand without quotes, names of the source keep theirs") {
  CHECK(fill_holes("create table " + snow::sql_name(in_schema("T"))) ==
        R"(create table ${database}.${schema}."T")");
  CHECK(fill_holes("grant usage on schema " + schema_hole() + " to role " + role_hole()) ==
        "grant usage on schema ${database}.${schema} to role ${role}");
  CHECK(fill_holes(warehouse_hole() + " " + database_hole()) == "${warehouse} ${database}");
}

TEST_CASE("what looks like a variable in a name is a literal") {
  CHECK(fill_holes(snow::sql_name(in_schema("a${b}"))) == R"(${database}.${schema}."a\${b}")");
}

}  // namespace cdckit::snow_ddl
