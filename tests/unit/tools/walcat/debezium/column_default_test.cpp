#include "tools/walcat/debezium/column_default.hpp"

#include "tests/unit/tools/walcat/debezium/print.hpp"

#include <doctest/doctest.h>

using namespace cdckit::walcat;

using walcat_test::type_of;

TEST_CASE("constants are read from the expression") {
  CHECK(default_text(type_of(oid::kInt4), "7") == "7");
  CHECK(default_text(type_of(oid::kInt4), "'-5'::integer") == "-5");
  CHECK(default_text(type_of(oid::kNumeric), "1.5") == "1.5");
  CHECK(default_text(type_of(oid::kText), "'it''s'::text") == "it's");
  CHECK(default_text(type_of(oid::kBool), "true") == "t");
  CHECK(default_text(type_of(oid::kBool), "false") == "f");
  CHECK(default_text(type_of(oid::kText), "''::text") == "");
}

TEST_CASE("functions stand for a fixed value") {
  CHECK(default_text(type_of(oid::kTimestamptz), "now()") == "1970-01-01 00:00:00+00");
  CHECK(default_text(type_of(oid::kDate), "CURRENT_DATE") == "1970-01-01");
  CHECK(default_text(type_of(oid::kInt8), "nextval('s'::regclass)") == "0");
}

TEST_CASE("an enum's label") {
  Type mood = type_of(20'000, "mood");
  mood.kind = 'e';
  CHECK(default_text(mood, "'ok'::mood") == "ok");
  CHECK(!default_text(mood, "pick()"));
}

TEST_CASE("no default") {
  CHECK(!default_text(type_of(oid::kInt4), ""));
  CHECK(!default_text(type_of(oid::kText), "NULL::text"));
  CHECK(!default_text(type_of(oid::kInt4), "(1 + 2)"));
  CHECK(!default_text(type_of(oid::kNumeric), "(1)::numeric"));
  CHECK(!default_text(type_of(oid::kBytea), "'\\x00'::bytea"));
}
