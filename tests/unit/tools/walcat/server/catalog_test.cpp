#include "tools/walcat/server/catalog.hpp"

#include <doctest/doctest.h>

using namespace cdckit::walcat;

namespace {

Relation announced(const std::vector<std::string>& names) {
  Relation relation;
  for (const auto& name : names) relation.columns.push_back({name, 23, -1, false});
  return relation;
}

Attribute column(const std::string& name, std::uint32_t type = 23, bool dropped = false) {
  return {.name = name, .type = type, .dropped = dropped, .not_null = false};
}

}  // namespace

TEST_CASE("array parameters quote every element") {
  CHECK(array_text({}) == "{}");
  CHECK(array_text({"a"}) == R"({"a"})");
  CHECK(array_text({"a,b", "q\"\\"}) == R"({"a,b","q\"\\"})");
}

TEST_CASE("a column that was only renamed is known by its place") {
  CHECK(name_then({column("ident"), column("a")}, announced({"id", "a"}), "ident") == "id");
  CHECK(name_then({column("a"), column("id")}, announced({"id", "a"}), "id") == "a");
  CHECK(name_then({column("id"), column("a")}, announced({"id", "a"}), "id") == "id");
}

TEST_CASE("after any other change names are what they are today") {
  const auto before = announced({"id", "a"});
  CHECK(name_then({column("ident"), column("a"), column("b")}, before, "ident") == "ident");
  CHECK(name_then({column("x", 0, true), column("b"), column("a")}, before, "b") == "b");
  CHECK(name_then({column("ident", 20), column("a")}, before, "ident") == "ident");
  CHECK(name_then({}, before, "id") == "id");
}
