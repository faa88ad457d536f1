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

TEST_CASE("a float may be no number, a numeric may not") {
  for (const char* word : {"NaN", "Infinity", "-Infinity"}) {
    const auto quoted = "'" + std::string(word) + "'::";
    CHECK(default_text(type_of(oid::kFloat8), quoted + "double precision") == word);
    CHECK(default_text(type_of(oid::kFloat4), quoted + "real") == word);
    CHECK(!default_text(type_of(oid::kNumeric), quoted + "numeric"));
  }
}

TEST_CASE("a float is as the server prints it") {
  CHECK(default_text(type_of(oid::kFloat4), "16777217") == "1.6777216e+07");
  CHECK(default_text(type_of(oid::kFloat8), "16777217") == "1.6777217e+07");
  CHECK(default_text(type_of(oid::kFloat8), "'-0.10'::numeric") == "-1e-01");
  CHECK(!default_text(type_of(oid::kFloat8), "(1)::double precision"));
}

TEST_CASE("a numeric with more digits than its column is none") {
  constexpr std::int32_t kTwoDigits = (7 << 16 | 2) + 4;
  CHECK(default_text(type_of(oid::kNumeric), "1.55", kTwoDigits) == "1.55");
  CHECK(!default_text(type_of(oid::kNumeric), "1.555", kTwoDigits));
  CHECK(default_text(type_of(oid::kNumeric), "1.5", kTwoDigits) == "1.50");
  CHECK(default_text(type_of(oid::kNumeric), "'-7'::integer", kTwoDigits) == "-7.00");
  CHECK(default_text(type_of(oid::kNumeric), "1.555") == "1.555");
}

TEST_CASE("a domain's column has none") {
  Type domain = type_of(oid::kInt4);
  domain.domain = true;
  CHECK(!default_text(domain, "7"));
}

TEST_CASE("no default") {
  CHECK(!default_text(type_of(oid::kInt4), ""));
  CHECK(!default_text(type_of(oid::kText), "NULL::text"));
  CHECK(!default_text(type_of(oid::kInt4), "(1 + 2)"));
  CHECK(!default_text(type_of(oid::kNumeric), "(1)::numeric"));
  CHECK(!default_text(type_of(oid::kBytea), "'\\x00'::bytea"));
}
