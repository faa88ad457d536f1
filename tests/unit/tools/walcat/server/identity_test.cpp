#include "tools/walcat/server/identity.hpp"

#include <doctest/doctest.h>

using namespace cdckit::walcat;

TEST_CASE("what can serve as an identity") {
  CHECK(has_identity({.identity = 'd', .primary_key = true}));
  CHECK(!has_identity({.identity = 'd', .index = true}));
  CHECK(has_identity({.identity = 'i', .index = true}));
  CHECK(!has_identity({.identity = 'i', .primary_key = true}));
  CHECK(has_identity({.identity = 'f'}));
  CHECK(!has_identity({.identity = 'n', .primary_key = true}));
}

TEST_CASE("only tables whose updates or deletes are published need one") {
  const auto names = without_identity({{.name = "s.a", .identity = 'n'},
                                       {.name = "s.b", .primary_key = true},
                                       {.name = "s.c", .publishes_keys = false}});
  CHECK(names == std::vector<std::string>{"s.a"});
}

TEST_CASE("many names are cut") {
  CHECK(name_some({}).empty());
  CHECK(name_some({"a", "b"}) == "a, b");
  CHECK(name_some({"a", "b", "c", "d", "e", "f", "g"}) == "a, b, c, d, e and 2 more");
}
