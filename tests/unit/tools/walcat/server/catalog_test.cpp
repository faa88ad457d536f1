#include "tools/walcat/server/catalog.hpp"

#include <doctest/doctest.h>

TEST_CASE("array parameters quote every element") {
  using cdckit::walcat::array_text;
  CHECK(array_text({}) == "{}");
  CHECK(array_text({"a"}) == R"({"a"})");
  CHECK(array_text({"a,b", "q\"\\"}) == R"({"a,b","q\"\\"})");
}
