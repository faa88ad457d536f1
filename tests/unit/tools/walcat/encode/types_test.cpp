#include "tools/walcat/encode/types.hpp"

#include <doctest/doctest.h>

using namespace cdckit::walcat;

TEST_CASE("types with a form of their own need no catalog") {
  CHECK(is_known_scalar(23));
  CHECK(is_known_scalar(3802));
  CHECK_FALSE(is_known_scalar(1007));
  CHECK_FALSE(is_known_scalar(16400));
  CHECK(build_type(16, {})->form == TypeForm::boolean);
  CHECK(build_type(1700, {})->form == TypeForm::number);
  CHECK(build_type(26, {})->form == TypeForm::text);
  CHECK(build_type(1184, {})->form == TypeForm::timestamptz);
  CHECK(build_type(114, {})->form == TypeForm::json);
}

TEST_CASE("domains, arrays, composites and hstore from the catalog's rows") {
  TypeRows rows;
  rows[100] = {.oid = 100, .kind = 'd', .base = 23};
  rows[101] = {.oid = 101, .element = 100, .delimiter = ';'};
  rows[102] = {.oid = 102, .kind = 'c', .fields = {{"a", 101}, {"b", 25}}};
  rows[103] = {.oid = 103, .kind = 'd', .base = 102};
  rows[104] = {.oid = 104, .hstore = true};
  rows[22] = {.oid = 22, .element = 21};
  const auto type = build_type(103, rows);
  CHECK(type->oid == 102);
  CHECK(type->form == TypeForm::composite);
  CHECK(type->domain);
  CHECK_FALSE(build_type(102, rows)->domain);
  REQUIRE(type->fields.size() == 2);
  CHECK(type->fields[0].type->form == TypeForm::array);
  CHECK(type->fields[0].type->delimiter == ';');
  CHECK(type->fields[0].type->element->form == TypeForm::number);
  CHECK(build_type(104, rows)->form == TypeForm::hstore);
  CHECK(build_type(22, rows)->form == TypeForm::vector);
}

TEST_CASE("a type that is gone is taken as text") {
  const auto type = build_type(99999, {});
  CHECK(type->form == TypeForm::text);
  CHECK(type->oid == 99999);
}
