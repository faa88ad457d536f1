#include "tools/snow-put/target/stored_positions.hpp"

#include "tests/unit/support/snow_stub.hpp"

#include <doctest/doctest.h>

using namespace cdckit;

TEST_CASE("one query over the range of the positions") {
  CHECK(snow_put::stored_positions_sql({"D", "S", "J"}, "\"_CDC_POS\"", "1", "2") ==
        R"(SELECT "_CDC_POS" FROM "D"."S"."J" WHERE "_CDC_POS" BETWEEN '1' AND '2')");
  tests::SnowStub stub(
      [](const std::string&) { return tests::SqlReply{{"_CDC_POS"}, {{"b"}}, ""}; });
  snow::SqlApi api(stub.settings(), {});
  CHECK(snow_put::stored_positions(api, {"D", "S", "J"}, "P", {}).empty());
  const auto found = snow_put::stored_positions(api, {"D", "S", "J"}, "P", {"c", "a", "b"});
  CHECK(found.contains("b"));
  CHECK_FALSE(found.contains("a"));
  CHECK(stub.requests().at(0).find("BETWEEN 'a' AND 'c'") != std::string::npos);
}

TEST_CASE("where a table keeps a row's position") {
  const auto with = [](const char* name, const char* type) {
    snow::TableDescription table;
    table.columns.push_back({name, type, snow::parse_column_type(type), true, false, ""});
    return table;
  };
  CHECK(snow_put::position_sql(with("_CDC_POS", "VARCHAR")) == R"("_CDC_POS")");
  CHECK(snow_put::position_sql(with("RECORD_METADATA", "VARIANT")) ==
        R"(GET(GET("RECORD_METADATA", 'headers'), 'cdc.pos')::VARCHAR)");
  CHECK(snow_put::position_sql(with("ID", "FLOAT")).empty());
}
