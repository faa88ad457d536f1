#include "common/debezium/type_text.hpp"

#include <doctest/doctest.h>

using namespace cdckit::debezium;

TEST_CASE("types are taken apart") {
  TypeText type = parse_type_text("numeric(12,2)");
  CHECK(type.name == "numeric");
  CHECK(type.modifiers == std::vector<std::int64_t>{12, 2});
  type = parse_type_text("timestamp(3) without time zone");
  CHECK(type.name == "timestamp without time zone");
  CHECK(type.modifiers == std::vector<std::int64_t>{3});
  type = parse_type_text("public.\"my.mood\"");
  CHECK(type.name == "my.mood");
  CHECK_FALSE(type.array);
  CHECK(parse_type_text("public.geometry(Point,4326)").modifiers ==
        std::vector<std::int64_t>{4326});
  CHECK(parse_type_text("character varying(10)[]").array);
  CHECK(element_type("character varying(10)[]") == "character varying(10)");
  CHECK(element_type("integer") == "integer");
  CHECK(parse_type_text("").name.empty());
  CHECK(parse_type_text("x(").name == "x(");
}
