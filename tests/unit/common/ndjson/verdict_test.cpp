#include "common/ndjson/verdict.hpp"

#include <string>

#include <doctest/doctest.h>

using cdckit::ndjson::Verdict;

TEST_CASE("one JSON value, and whether it is an object") {
  Verdict verdict;
  bool is_object = false;
  CHECK(verdict.check("{\"n\":1e999,\"s\":\"\\ud800\"}", false, is_object) == nullptr);
  CHECK(is_object);
  CHECK(verdict.check(" [1]", false, is_object) == nullptr);
  CHECK_FALSE(is_object);
  CHECK(std::string(verdict.check_object("[1]", false)) == "not a JSON object");
  for (const char* bad : {"", "{", "{\"a\":1e999,}", "\"\\ud800\xFF\"", "1 2"}) {
    CAPTURE(bad);
    CHECK(verdict.check(bad, false, is_object) != nullptr);
    CHECK(verdict.check_object(bad, false) != nullptr);
  }
}
