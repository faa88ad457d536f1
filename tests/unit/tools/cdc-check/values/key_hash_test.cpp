#include "tools/cdc-check/values/key_hash.hpp"

#include <set>
#include <string>

#include <doctest/doctest.h>

using namespace cdckit::cdc_check;

TEST_CASE("keys have hashes of their own") {
  std::set<KeyHash> seen;
  for (int i = 0; i < 10'000; ++i) CHECK(seen.insert(hash_of("n" + std::to_string(i))).second);
  CHECK(hash_of("abc") == hash_of(std::string("ab") + "c"));
}
