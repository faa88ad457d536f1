#include "tools/cdc-check/import/dbt.hpp"

#include "tests/unit/tools/cdc-check/support.hpp"
#include "tools/cdc-check/rules/yaml.hpp"

#include <doctest/doctest.h>

using namespace cdckit::cdc_check;

TEST_CASE("tests of models and sources") {
  const Node root = parse_yaml(R"(
version: 2
models:
  - name: orders
    tests:
      - dbt_utils.expression_is_true: {expression: "paid <= total"}
      - dbt_utils.unique_combination_of_columns: {combination_of_columns: [a, b]}
    columns:
      - name: id
        tests: [not_null, unique]
      - name: status
        data_tests:
          - accepted_values: {values: [placed, 'shipped', 3], config: {severity: warn}}
          - accepted_values: {arguments: {values: [x]}}
          - relationships: {to: ref('customers'), field: id}
      - name: total
        tests:
          - dbt_utils.accepted_range: {min_value: 0, max_value: 99.5}
          - dbt_expectations.expect_column_values_to_be_between: {min_value: 0, strictly: true}
          - not_null: {where: "status = 'x'"}
sources:
  - name: shop
    tables:
      - name: items
        columns:
          - {name: sku, tests: [{dbt_expectations.expect_column_values_to_match_regex: {regex: '^[A-Z]+$'}}]}
)",
                               "schema.yml");
  CHECK(is_dbt(root));
  Imported imported;
  import_dbt(root, imported);
  const auto codes = tests::codes_of(imported.text());
  std::string shown;
  for (const Code& code : codes) shown += code.rule.name + "|";
  CHECK(shown ==
        "orders.expression|orders.id not_null|orders.id unique|orders.status enum|orders.status "
        "enum 2|"
        "orders.total range|shop.items.sku regex|");
  CHECK(codes[3].rule.severity == Severity::warn);
  CHECK(codes[3].rule.values.size() == 3);
  REQUIRE(imported.left_out().size() == 4);
  CHECK(imported.left_out()[0].first == "orders: dbt_utils.unique_combination_of_columns");
  CHECK(imported.left_out()[1].first == "orders.status: relationships");
  CHECK(imported.left_out()[3] == std::pair<std::string, std::string>{
                                      "orders.total: not_null", "it looks at some rows only"});
  CHECK_FALSE(is_dbt(parse_yaml("{a: 1}", "f")));
}
