#include "tools/cdc-check/import/importer.hpp"

#include "common/base/error.hpp"

#include <doctest/doctest.h>

using namespace cdckit::cdc_check;

TEST_CASE("files are told apart; what is no rule after all is listed") {
  CHECK(import_rules("models: [{name: a, columns: [{name: b, tests: [not_null]}]}]", "f")
            .rules()
            .size() == 1);
  CHECK(import_rules("checks for a: [missing_count(b) = 0]", "f").rules().size() == 1);
  CHECK(
      import_rules(
          "{kind: DataContract, schema: [{name: a, properties: [{name: b, required: true}]}]}", "f")
          .rules()
          .size() == 1);
  const Imported bad = import_rules(
      "models: [{name: a, tests: [{expression_is_true: {expression: 'a == b'}}], columns: [{name: "
      "b, tests: [unique]}]}]",
      "f");
  CHECK(bad.rules().size() == 1);
  REQUIRE(bad.left_out().size() == 1);
  CHECK(bad.left_out().front().second.find("there is no \"==\"") != std::string::npos);
  CHECK_THROWS_WITH(import_rules("{a: 1}", "f.yml"),
                    "could not import \"f.yml\": it is no schema.yml of dbt, no checks of Soda, no "
                    "data contract (ODCS)");
}
