#include "common/journal/state_table.hpp"

#include <doctest/doctest.h>

using namespace cdckit;

TEST_CASE("the state table is made once, and has a row's prefix and table") {
  const std::string sql = journal::create_state_sql({"D", "S", journal::kStateTable});
  CHECK(sql.starts_with(R"(CREATE TABLE IF NOT EXISTS "D"."S"."_CDC_STATE" ()"));
  CHECK(sql.find(R"("PREFIX" VARCHAR NOT NULL)") != std::string::npos);
  CHECK(sql.find(R"("FOLDED_POS" VARCHAR)") != std::string::npos);
}
