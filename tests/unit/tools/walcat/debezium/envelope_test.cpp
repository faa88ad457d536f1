#include "tools/walcat/debezium/envelope.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

using namespace cdckit::walcat;

namespace {
Table small_table() {
  Table table;
  table.shape.schema = "s";
  table.shape.table = "t t";
  for (const std::string name : {"id", "a"}) {
    Column column;
    column.name = name;
    column.nullable = false;
    column.form.schema = R"({"type":"int32","optional":false,"field":")" + name + "\"}";
    table.columns.push_back(column);
  }
  table.columns[1].shown = false;
  table.key = {0};
  return table;
}
}  // namespace

TEST_CASE("topics take what Kafka takes") {
  CHECK(topic_name("app", "in\"v", "t é-_9") == "app.in_v.t___-_9");
}

TEST_CASE("key and value of a table are wrapped") {
  Table table = small_table();
  wrap_table(table, connect_schemas(table, "app"));
  const auto key = nlohmann::json::parse(table.key_head + "{\"id\":1}" + table.key_tail);
  CHECK(key["schema"]["name"] == "app.s.t_t.Key");
  CHECK(key["schema"]["fields"].size() == 1);
  CHECK(key["payload"]["id"] == 1);
  const auto value =
      nlohmann::json::parse("{\"key\":null" + table.value_head + "null" + table.line_tail);
  CHECK(value["schema"]["name"] == "app.s.t_t.Envelope");
  CHECK(value["schema"]["fields"].size() == 8);
  CHECK(value["schema"]["fields"][0]["fields"].size() == 1);
  CHECK(value["payload"]["before"].is_null());
}

TEST_CASE("a table without key has no schema of one") {
  Table table = small_table();
  table.key.clear();
  CHECK(connect_schemas(table, "app").key == "null");
}

TEST_CASE("a column that is masked as null may be null") {
  Table table = small_table();
  table.columns[0].nullable = true;
  wrap_table(table, connect_schemas(table, "app"));
  CHECK(nlohmann::json::parse(table.key_head + "{}" +
                              table.key_tail)["schema"]["fields"][0]["optional"] == true);
}

TEST_CASE("a logical message is wrapped") {
  MessageForm form;
  wrap_message(form, "bytes");
  const auto key = nlohmann::json::parse(form.key_head + "{}" + form.key_tail);
  CHECK(key["schema"]["name"] == "io.debezium.connector.postgresql.MessageKey");
  const auto value =
      nlohmann::json::parse("{\"key\":null" + form.value_head + "\"m\"" + form.line_tail);
  CHECK(value["schema"]["fields"][4]["fields"][1]["type"] == "bytes");
  CHECK(value["payload"]["op"] == "m");
}
