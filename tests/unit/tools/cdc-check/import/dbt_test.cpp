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
        "orders.expression|orders.unique|orders.id not_null|orders.id unique|orders.status "
        "enum|orders.status "
        "enum 2|"
        "orders.total range|shop.items.sku regex|");
  CHECK(codes[4].rule.severity == Severity::warn);
  CHECK(codes[4].rule.values.size() == 3);
  CHECK(codes[1].rule.columns == std::vector<Path>{{"a"}, {"b"}});
  REQUIRE(imported.left_out().size() == 3);
  CHECK(imported.left_out()[0].first == "orders.status: relationships");
  CHECK(imported.left_out()[2] == std::pair<std::string, std::string>{
                                      "orders.total: not_null", "it looks at some rows only"});
  CHECK_FALSE(is_dbt(parse_yaml("{a: 1}", "f")));
}

TEST_CASE("constraints, other names, and tests that mean less than a rule would") {
  const Node root = parse_yaml(R"(
models:
  - name: orders
    config: {alias: sales}
    columns:
      - name: id
        constraints: [{type: primary_key}, {type: not_null}, {type: check, expression: id > 0}]
      - name: code
        tests:
          - accepted_values: {values: ['1', '2'], quote: false}
          - unique: {config: {enabled: false}}
          - not_null: {config: {error_if: '>10'}}
          - dbt_expectations.expect_column_values_to_match_regex: {regex: '^a', mostly: 0.9}
          - dbt_expectations.expect_column_value_lengths_to_equal: {value: 1}
sources:
  - name: shop
    freshness: {warn_after: {count: 1, period: day}}
    tables:
      - {name: items, identifier: raw_items, columns: [{name: sku, tests: [not_null]}]}
)",
                               "schema.yml");
  Imported imported;
  import_dbt(root, imported);
  const auto codes = tests::codes_of(imported.text());
  std::string shown;
  for (const Code& code : codes) shown += code.rule.name + "|";
  CHECK(shown ==
        "sales.id not_null|sales.id unique|sales.code enum|sales.code length|"
        "shop.raw_items.sku not_null|");  // the constraint that says not_null again is the same
  CHECK(imported.text().find("[1, 2]") != std::string::npos);  // numbers, as the column has them
  std::string left;
  for (const auto& [what, why] : imported.left_out()) left += what + ": " + why + "|";
  CHECK(left ==
        "sales.id: constraint check: no kind of rule does that|"
        "sales.code: unique: it is not enabled|"
        "sales.code: not_null: it allows some bad rows|"
        "sales.code: dbt_expectations.expect_column_values_to_match_regex: it allows some bad rows|"
        "shop: freshness: it is about the newest row|");
}
