#include "tools/snow-ddl/plan/column_types.hpp"

#include <doctest/doctest.h>

namespace cdckit::snow_ddl {

namespace {

using Columns = std::vector<TypedColumn>;

}  // namespace

TEST_CASE("types that ALTER TABLE gives") {
  CHECK(retyped_columns("alter table a.t alter column c set data type varchar(5)") ==
        Columns{{"C", "VARCHAR(5)"}});
  CHECK(retyped_columns("alter table t alter \"c\" type number(3, 1) comment 'x'") ==
        Columns{{"c", "NUMBER(3,1)"}});
  CHECK(retyped_columns("alter table t modify c double precision") ==
        Columns{{"C", "DOUBLE PRECISION"}});
  CHECK(retyped_columns("alter table t modify (a varchar(1), column b set data type int)") ==
        Columns{{"A", "VARCHAR(1)"}, {"B", "INT"}});
  CHECK(retyped_columns("alter table t alter column a type int, column b type date") ==
        Columns{{"A", "INT"}, {"B", "DATE"}});
}

TEST_CASE("what gives no type") {
  for (const char* text : {"alter table t modify column c comment 'drop'",
                           "alter table t alter column c drop not null",
                           "alter table t modify column c set masking policy p",
                           "alter table t add column type int",
                           "alter table t alter column c set default s.nextval",
                           "alter table t"})
    CHECK_MESSAGE(retyped_columns(text).empty(), text);
  CHECK(retyped_columns("alter table t alter a drop default, b type int") == Columns{{"B", "INT"}});
}

TEST_CASE("columns of a definition") {
  CHECK(defined_columns("create table t (a number(3, 1) not null, \"b\" varchar default 'x', "
                        "primary key (a))") == Columns{{"A", "NUMBER(3,1)"}, {"b", "VARCHAR"}});
  CHECK(defined_columns("create table t as select f(1)").empty());
  CHECK(defined_columns("create table t (").empty());
}

TEST_CASE("narrower is what some value does not fit") {
  CHECK(is_narrower("varchar(5)", "VARCHAR(10)"));
  CHECK(is_narrower("varchar(5)", "VARCHAR"));
  CHECK_FALSE(is_narrower("varchar", "VARCHAR(16777216)"));
  CHECK_FALSE(is_narrower("string(20)", "VARCHAR(10)"));
  CHECK(is_narrower("number(10,2)", "NUMBER(10,0)"));
  CHECK_FALSE(is_narrower("number(12,2)", "NUMBER(10,2)"));
  CHECK(is_narrower("int", "VARCHAR(10)"));
  CHECK(is_narrower("timestamp_ntz(3)", "TIMESTAMP_NTZ(9)"));
  CHECK_FALSE(is_narrower("timestamp_ntz", "TIMESTAMP_NTZ(6)"));
  CHECK(is_narrower("binary(10)", "BINARY(8388608)"));
  CHECK_FALSE(is_narrower("boolean", "BOOLEAN"));
  CHECK(is_narrower("geography", "GEOMETRY"));
}

}  // namespace cdckit::snow_ddl
