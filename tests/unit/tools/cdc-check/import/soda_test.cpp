#include "tools/cdc-check/import/soda.hpp"

#include "tests/unit/tools/cdc-check/support.hpp"
#include "tools/cdc-check/rules/yaml.hpp"

#include <doctest/doctest.h>

using namespace cdckit::cdc_check;

TEST_CASE("checks of a table") {
  const Node root = parse_yaml(R"(
checks for orders:
  - row_count > 0
  - missing_count(id) = 0
  - missing_percent(name) < 5 %
  - duplicate_count(id) = 0
  - duplicate_count(a, b) = 0
  - invalid_count(status) = 0:
      valid values: [new, done]
  - invalid_percent(zip) < 1:
      valid regex: '^\d{5}$'
  - invalid_count(mail) = 0:
      valid format: email
  - invalid_count(size) = 0:
      valid min: 1
      valid max: 9
      filter: x = 1
  - min(price) >= 0
  - max(price) < 10
  - freshness(updated_at) < 1d
  - avg(price) between 1 and 2
)",
                               "checks.yml");
  CHECK(is_soda(root));
  Imported imported;
  import_soda(root, imported);
  const auto codes = tests::codes_of(imported.text());
  std::string shown;
  for (const Code& code : codes) shown += code.rule.name + "|";
  CHECK(shown ==
        "orders.id not_null|orders.name not_null|orders.id unique|orders.unique|orders.status "
        "enum|orders.zip regex|"
        "orders.price range|orders.updated_at freshness|");
  CHECK(codes[1].rule.most_bad == 50);
  CHECK(codes[1].rule.severity == Severity::warn);
  CHECK(codes[3].rule.columns == std::vector<Path>{{"a"}, {"b"}});
  std::string left;
  for (const auto& [what, why] : imported.left_out()) left += what + "|";
  CHECK(left ==
        "orders: row_count > 0|orders.mail: valid format email|orders: invalid_count(size) = 0|"
        "orders: max(price) < 10|orders: avg(price) between 1 and 2|");
  CHECK_FALSE(is_soda(parse_yaml("{a: 1}", "f")));
}

TEST_CASE("alerts that stand for none, other bounds, and what a check says besides") {
  const Node root = parse_yaml(R"(
checks for orders:
  - missing_count(id):
      name: no nulls
      warn: when > 0
  - missing_count(code) = 0:
      missing values: ['-']
  - max_length(code) <= 5
  - invalid_count(code):
      fail: when > 10
      valid length: 5
checks for orders [daily]:
  - missing_count(id) = 0
)",
                               "checks.yml");
  Imported imported;
  import_soda(root, imported);
  const auto codes = tests::codes_of(imported.text());
  std::string shown;
  for (const Code& code : codes) shown += code.rule.name + "|";
  CHECK(shown == "orders.id not_null|orders.code not_null|orders.code length|");
  CHECK(codes[0].rule.severity == Severity::warn);
  CHECK(codes[1].rule.severity == Severity::quarantine);
  std::string left;
  for (const auto& [what, why] : imported.left_out()) left += what + "|";
  CHECK(left ==
        "orders.code: missing values|orders: invalid_count(code)|"
        "orders [daily]: missing_count(id) = 0|");
}
