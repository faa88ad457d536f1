#include "tools/kcat-cdc/value/table_shape.hpp"

#include <doctest/doctest.h>

using namespace cdckit;
using namespace cdckit::kcat_cdc;

TEST_CASE("key columns that are never null, as they stand in JSON") {
  event::TableSchema table;
  table.key = {"a\"b", "c"};
  table.columns = {{"a\"b", "integer", 23, -1, false}, {"c", "text"}, {"d", "text", 25, -1, false}};
  CHECK(make_shape(table, "t", {}, nullptr).required_keys == std::vector<std::string>{R"(a\"b)"});
}

TEST_CASE("logical messages have Debezium's schemas") {
  const TableShape shape = make_message_shape("p.message", {.with_schemas = true}, nullptr);
  CHECK(shape.key_head.find("MessageKey") != std::string::npos);
  CHECK(shape.value_head.find("MessageValue") != std::string::npos);
  CHECK(make_message_shape("p.message", {}, nullptr).value_head.empty());
}
