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

TEST_CASE("what a domain is made of") {
  TypeRows rows;
  rows[100] = {.oid = 100, .kind = 'd', .base = 1700, .modifier = ((5 << 16) | 2) + 4};
  rows[101] = {.oid = 101, .kind = 'd', .base = 100};
  rows[102] = {.oid = 102, .kind = 'd', .base = 1700};
  rows[103] = {.oid = 103, .kind = 'd', .base = 1700, .modifier = ((3 << 16) | (-2 & 0x7FF)) + 4};
  rows[104] = {.oid = 104, .kind = 'd', .base = 1184};
  rows[105] = {.oid = 105, .kind = 'e'};
  rows[106] = {.oid = 106, .kind = 'd', .base = 105};
  CHECK(base_name(*build_type(101, rows)) == "numeric(5,2)");
  CHECK(base_name(*build_type(102, rows)) == "numeric");
  CHECK(base_name(*build_type(103, rows)) == "numeric(3,-2)");
  CHECK(base_name(*build_type(104, rows)) == "timestamp with time zone");
  CHECK(base_name(*build_type(106, rows)).empty());
  CHECK(base_name(*build_type(1700, rows)).empty());
}

TEST_CASE("a type that is gone is taken as text") {
  const auto type = build_type(99999, {});
  CHECK(type->form == TypeForm::text);
  CHECK(type->oid == 99999);
}
