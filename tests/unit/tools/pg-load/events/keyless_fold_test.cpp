#include "tools/pg-load/events/keyless_fold.hpp"

#include "common/base/error.hpp"

#include <doctest/doctest.h>

using namespace cdckit;
using pg_load::KeylessFold;

namespace {

const std::vector<std::string> kColumns{"a"};

std::string row(int value) {
  return R"({"a":)" + std::to_string(value) + "}";
}

}  // namespace

TEST_CASE("equal rows are one group, counted") {
  KeylessFold fold;
  CHECK_FALSE(fold.begun());
  fold.remove(row(1));
  fold.remove(row(2));
  CHECK(fold.update(row(1), row(3), kColumns));
  CHECK(fold.begun());
  CHECK(fold.size() == 3);
  CHECK(fold.json().changes ==
        "[{\"g\":1,\"n\":1},\n{\"g\":2,\"n\":1},\n{\"g\":1,\"n\":2,\"f\":{\"a\":3}}]");
  CHECK(fold.json().groups == "[{\"g\":1,\"o\":{\"a\":1}},\n{\"g\":2,\"o\":{\"a\":2}}]");
  CHECK_THROWS_AS((void)fold.only(), base::Error);
  fold.clear();
  CHECK(fold.json().changes == "[]");
  CHECK(fold.bytes() == 0);
}

TEST_CASE("a row that is changed twice goes from its first values to its last") {
  KeylessFold fold;
  CHECK(fold.update(row(1), row(2), kColumns));
  CHECK(fold.update(row(2), row(3), kColumns));
  CHECK(fold.only().before == row(1));
  CHECK(fold.only().after == row(3));
  fold.remove(row(3));
  CHECK(fold.only().before == row(1));
  CHECK(fold.only().after.empty());
  fold.remove(row(3));  // another one, of the table's
  CHECK(fold.size() == 2);
}

TEST_CASE("an update that sets other columns begins a set of its own") {
  KeylessFold fold;
  CHECK(fold.update(row(1), row(2), kColumns));
  CHECK_FALSE(fold.update(row(5), row(6), {"a", "b"}));
  CHECK(fold.size() == 1);
}

TEST_CASE("what the run inserted is found once for each insert") {
  KeylessFold fold;
  fold.inserted(row(1), 10);
  fold.inserted(row(1), 11);
  CHECK(fold.has_inserted(row(1)));
  CHECK(fold.take_inserted(row(1)) == 11);
  CHECK(fold.take_inserted(row(1)) == 10);
  CHECK_FALSE(fold.take_inserted(row(1)).has_value());
  CHECK_FALSE(fold.has_inserted(row(1)));
  CHECK(fold.size() == 0);
}
