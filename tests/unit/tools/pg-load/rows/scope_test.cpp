#include "tools/pg-load/rows/scope.hpp"

#include "common/base/error.hpp"
#include "tests/unit/tools/pg-load/tables.hpp"

#include <doctest/doctest.h>

using namespace cdckit;
using namespace cdckit::pg_load;

namespace {

bool holds(const std::string& column, const std::string& value, std::string_view row) {
  TargetTable target = tests::sample();
  RowEncoder encoder(target, {});
  Scope scope(target, column, value);
  encoder.read(row);
  return scope.holds(encoder);
}

}  // namespace

TEST_CASE("a row is of the scope when its value is equal by type") {
  CHECK(holds("s", "eu", R"({"id":1,"s":"eu"})"));
  CHECK(holds("s", "e\"u", R"({"id":1,"s":"e\"u"})"));
  CHECK(holds("id", "7", R"({"id":7})"));
  CHECK(holds("id", "7", R"({"id":"7"})"));
  CHECK(holds("n", "1.5", R"({"id":1,"n":1.50})"));
  CHECK(holds("n", "100", R"({"id":1,"n":1e2})"));
  CHECK_FALSE(holds("s", "eu", R"({"id":1,"s":"us"})"));
  CHECK_FALSE(holds("s", "eu", R"({"id":1,"s":null})"));
  CHECK_FALSE(holds("s", "eu", R"({"id":1})"));
  CHECK_FALSE(holds("n", "1.5", R"({"id":1,"n":1.51})"));
}

TEST_CASE("without a scope every row is of it, and a column that is not there is an error") {
  TargetTable target = tests::sample();
  RowEncoder encoder(target, {});
  Scope none;
  CHECK(none.holds(encoder));
  CHECK(none.condition().empty());
  CHECK_THROWS_AS(Scope(target, "nothing", "x"), base::Error);
  CHECK(Scope(target, "s", "o'x").condition() == "t.\"s\" OPERATOR(pg_catalog.=) 'o''x'");
}
