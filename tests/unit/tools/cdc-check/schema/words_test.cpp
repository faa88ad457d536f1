#include "tools/cdc-check/schema/words.hpp"

#include "common/base/error.hpp"
#include "tools/cdc-check/rules/yaml.hpp"

#include <doctest/doctest.h>

using namespace cdckit::cdc_check;

TEST_CASE("values of a schema's words") {
  const Node node = parse_yaml(
      "{a: 3.0, b: -1, c: [x, y], d: integer, e: [null, number], f: '#/a~1b/c~0d/e%25f'}", "s");
  CHECK(schema_count(*node.find("a")) == 3);
  CHECK_THROWS_AS(schema_count(*node.find("b")), cdckit::base::Error);
  CHECK(schema_names(*node.find("c")) == std::vector<std::string>{"x", "y"});
  CHECK_THROWS_AS(schema_names(*node.find("a")), cdckit::base::Error);
  CHECK(schema_types(*node.find("d")) == kIntegerType);
  CHECK(schema_types(*node.find("e")) == (kNullType | kNumberType | kIntegerType));
  CHECK(pointer_parts(node.find("f")->text) == std::vector<std::string>{"a/b", "c~d", "e%f"});
  CHECK(canonical_of(*node.find("c")) == canonical_of(parse_yaml("['x', \"y\"]", "s")));
}
