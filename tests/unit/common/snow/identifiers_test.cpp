#include "common/snow/identifiers.hpp"

#include <doctest/doctest.h>

using namespace cdckit;

TEST_CASE("names are folded when they can be unquoted") {
  CHECK(snow::stored_name("live_state") == "LIVE_STATE");
  CHECK(snow::stored_name("Ab$1") == "AB$1");
  CHECK(snow::stored_name("on ground") == "on ground");
  CHECK(snow::stored_name("1st") == "1st");
  CHECK(snow::stored_name("höhe") == "höhe");
  CHECK(snow::typed_name("\"a\"\"b\"") == "a\"b");
  CHECK(snow::typed_name("raw") == "RAW");
}

TEST_CASE("names in SQL, in texts and in paths") {
  CHECK(snow::sql_name("D", "S", "a\"b") == "\"D\".\"S\".\"a\"\"b\"");
  CHECK(snow::sql_text("it's a \\") == "'it''s a \\\\'");
  CHECK(snow::path_name("ORDERS-STREAMING") == "ORDERS-STREAMING");
  CHECK(snow::path_name("my-Table") == "%22my-Table%22");
  CHECK(snow::path_name("a b") == "%22a%20b%22");
  CHECK(snow::is_plain_name("A_1"));
  CHECK_FALSE(snow::is_plain_name("a_1"));
}
