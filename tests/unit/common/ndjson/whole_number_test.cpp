#include "common/ndjson/whole_number.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

using cdckit::ndjson::whole_number;
using nlohmann::json;

TEST_CASE("only an integer that fits is a whole number") {
  CHECK(whole_number<std::uint32_t>(json::parse("25")) == 25U);
  CHECK(whole_number<std::int32_t>(json::parse("-1")) == -1);
  CHECK(whole_number<std::uint64_t>(json::parse("18446744073709551615")) == UINT64_MAX);
  CHECK(whole_number<std::int64_t>(json::parse("-9223372036854775808")) == INT64_MIN);
  for (const char* other : {"-1", "4294967296", "1.0", "1e50", "\"1\"", "null", "true", "[1]"}) {
    CAPTURE(other);
    CHECK_FALSE(whole_number<std::uint32_t>(json::parse(other)));
  }
}
