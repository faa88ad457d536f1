#include "common/pipe/ledger.hpp"

#include "common/base/error.hpp"

#include <string>
#include <vector>

#include <doctest/doctest.h>

using namespace cdckit;
using pipe::Ledger;

TEST_CASE("what is taken takes everything older along, once") {
  Ledger<std::string> ledger;
  ledger.add(1, "a");
  ledger.add(2, "b");
  ledger.add(5, "c");
  CHECK(ledger.size() == 3);
  CHECK(*ledger.oldest() == "a");
  CHECK(*ledger.newest() == "c");
  CHECK(ledger.take(2) == "b");
  CHECK_FALSE(ledger.take(2));
  CHECK_FALSE(ledger.take(4));
  CHECK(ledger.oldest_number() == 5);
  CHECK(ledger.take(5) == "c");
  CHECK(ledger.empty());
  CHECK(ledger.last() == 5);
}

TEST_CASE("each of them is seen, oldest first") {
  Ledger<int> ledger;
  for (int i = 1; i <= 4; ++i) ledger.add(static_cast<std::uint64_t>(i), i * 10);
  std::vector<int> seen;
  ledger.take(3, [&](int value) { seen.push_back(value); });
  CHECK(seen == std::vector<int>{10, 20, 30});
  ledger.for_each([](int& value) { value += 1; });
  CHECK(ledger.take(4) == 41);
}

TEST_CASE("a number that does not grow, or was never read, is a bug") {
  Ledger<int> ledger;
  ledger.add(2, 0);
  CHECK_THROWS_AS(ledger.add(2, 0), base::Error);
  CHECK_THROWS_AS(ledger.add(1, 0), base::Error);
  CHECK_THROWS_AS(ledger.take(3), base::Error);
}
