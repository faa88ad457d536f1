#include "common/avro/plan.hpp"

#include <doctest/doctest.h>

using namespace cdckit::avro;

TEST_CASE("fields lie side by side, under the names of the source") {
  const Plan plan(
      Schema::parse(R"({"type":"record","name":"R","fields":[{"name":"a","type":"int"},)"
                    R"({"name":"b_c","cdc.name":"b\"c","type":["string","null"]}]})"));
  const Step& root = plan.step(plan.root());
  CHECK(root.operation == Operation::record);
  REQUIRE(root.count == 2);
  CHECK(plan.text(plan.field(root.first).label) == ",\"a\":");
  CHECK(plan.name(plan.field(root.first)) == "a");
  const PlannedField& second = plan.field(root.first + 1);
  CHECK(plan.name(second) == R"(b\"c)");
  const Step& nullable = plan.step(second.step);
  CHECK(nullable.operation == Operation::nullable);
  CHECK(nullable.count == 1);
  CHECK(plan.step(nullable.first).operation == Operation::string);
}

TEST_CASE("a member's name is known however it is escaped") {
  const Plan plan(
      Schema::parse(R"({"type":"record","name":"R","fields":[{"name":"ab","type":"int"}]})"));
  const PlannedField& field = plan.field(plan.step(plan.root()).first);
  CHECK(plan.is_named(field, "ab"));
  CHECK_FALSE(plan.is_named(field, "abc"));
  const std::string quoted = R"("\u0061b")";
  CHECK(plan.is_named(field, std::string_view(quoted).substr(1, quoted.size() - 2)));
}

TEST_CASE("a record that holds itself ends") {
  const Plan plan(
      Schema::parse(R"({"type":"record","name":"R","fields":[{"name":"r","type":["null","R"]}]})"));
  const Step& nullable = plan.step(plan.field(plan.step(plan.root()).first).step);
  CHECK(nullable.first == plan.root());
}

TEST_CASE("Connect's own types stay as their bytes") {
  const Plan plain(Schema::parse(R"({"type":"bytes","logicalType":"decimal","precision":4})"));
  CHECK(plain.step(plain.root()).operation == Operation::decimal_bytes);
  const Plan connect(Schema::parse(
      R"({"type":"bytes","logicalType":"decimal","precision":4,"connect.name":"x.Decimal"})"));
  CHECK(connect.step(connect.root()).operation == Operation::bytes);
}
