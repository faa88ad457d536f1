#include "tools/cdc-check/import/odcs.hpp"

#include "tests/unit/tools/cdc-check/support.hpp"
#include "tools/cdc-check/rules/yaml.hpp"

#include <doctest/doctest.h>

using namespace cdckit::cdc_check;

TEST_CASE("properties of a contract") {
  const Node root = parse_yaml(R"(
apiVersion: v3.0.0
kind: DataContract
schema:
  - name: orders
    physicalName: public.orders
    quality:
      - {type: sql, query: SELECT 1, mustBe: 1}
    properties:
      - {name: id, logicalType: integer, primaryKey: true}
      - name: sku
        logicalType: string
        required: true
        logicalTypeOptions: {minLength: 2, maxLength: 9, pattern: '^[A-Z]+$', format: email}
        quality:
          - {rule: duplicateCount, mustBe: 0}
          - {rule: validValues, validValues: [A, B]}
          - {rule: rowCount, mustBeGreaterThan: 1}
      - {name: price, logicalType: number, logicalTypeOptions: {minimum: 0, maximum: 10}}
      - {name: address, logicalType: object, properties: [{name: zip, required: true}]}
)",
                               "contract.yaml");
  CHECK(is_odcs(root));
  Imported imported;
  import_odcs(root, imported);
  std::string shown;
  for (const Code& code : tests::codes_of(imported.text()))
    shown += code.rule.name.substr(14) + "|";
  CHECK(shown ==
        "id not_null|id type|sku not_null|sku type|sku regex|sku length|sku unique|sku "
        "enum|price type|"
        "price range|address type|address.zip not_null|id unique|");
  std::string left;
  for (const auto& [what, why] : imported.left_out()) left += what + "|";
  CHECK(left == "public.orders.sku: format|public.orders.sku: rowCount|public.orders: sql|");
  CHECK_FALSE(is_odcs(parse_yaml("{schema: 1}", "f")));
}

TEST_CASE("a contract of version 2, keys of several columns, and what is allowed to be bad") {
  const Node root = parse_yaml(R"(
kind: DataContract
dataset:
  - table: items
    columns:
      - {column: shop, isPrimaryKey: true, logicalType: date}
      - {column: sku, isPrimaryKey: true, isNullable: false}
      - column: size
        quality:
          - {rule: nullValues, mustBeLessThan: 5}
          - {rule: nullValues, mustBe: 0}
          - {rule: invalidValues, mustBe: 0, arguments: {pattern: '^[0-9]+$'}}
slaProperties:
  - {property: latency, value: 4}
)",
                               "contract.yaml");
  CHECK(is_odcs(root));
  Imported imported;
  import_odcs(root, imported);
  const auto codes = tests::codes_of(imported.text());
  std::string shown;
  for (const Code& code : codes) shown += code.rule.name + "|";
  CHECK(
      shown ==
      "items.shop not_null|items.sku not_null|items.size not_null|items.size regex|items.unique|");
  CHECK(codes.back().rule.columns == std::vector<Path>{{"shop"}, {"sku"}});
  std::string left;
  for (const auto& [what, why] : imported.left_out()) left += what + "|";
  CHECK(left == "items.shop: logicalType date|items.size: nullValues|slaProperties: latency|");
}
