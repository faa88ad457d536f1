#include "tools/walcat/line/data_line.hpp"

#include "tests/unit/tools/walcat/support.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

using namespace cdckit::walcat;

namespace {

struct Fixture {
  Fixture()
      : relation{.oid = 1,
                 .schema = "s\"",
                 .table = "t",
                 .identity = 'd',
                 .columns = {{"id", 23, -1, true}}},
        table(build_table(relation, walcat_test::describe(relation), PlainEncoding())),
        line({.name = "app", .database = "db"}) {
    line.set_context(context);
  }
  nlohmann::ordered_json print(Row row) {
    row.table = &table;
    std::string out;
    line.append(out, row);
    REQUIRE(out.back() == '\n');
    return nlohmann::ordered_json::parse(out);
  }
  Relation relation;
  Table table;
  LineContext context{
      .pos_lsn = 0x16B3748, .unix_us = 1'790'000'000'123'456, .xid = 9001, .last_commit = 42};
  DataLine line;
  std::vector<Value> values{{'t', "7"}};
};

}  // namespace

TEST_CASE_FIXTURE(Fixture, "an insert, member for member") {
  auto json = print({.op = 'c', .ordinal = 2, .lsn = 50, .key_values = values, .after = values});
  const auto now = json["ts_ns"].get<std::int64_t>();
  CHECK(json["ts_us"] == now / 1000);
  CHECK(json["ts_ms"] == now / 1'000'000);
  json.erase("ts_ms");
  json.erase("ts_us");
  json.erase("ts_ns");
  CHECK(
      json.dump() ==
      R"({"pos":"00000000016B3748/0000000000000002","key":{"id":7},"before":null,"after":{"id":7},)"
      R"("source":{"version":")" CDCKIT_VERSION
      R"(","connector":"postgresql","name":"app","ts_ms":1790000000123,)"
      R"("snapshot":"false","db":"db","sequence":"[\"42\",\"50\"]","ts_us":1790000000123456,)"
      R"("ts_ns":1790000000123456000,"schema":"s\"","table":"t","txId":9001,"lsn":50,"xmin":null,"origin":null,)"
      R"("origin_lsn":null},"transaction":null,"op":"c"})");
}

TEST_CASE_FIXTURE(Fixture, "old and new keys stand behind the key") {
  const std::vector<Value> other{{'t', "8"}};
  const auto gone = print(
      {.op = 'd', .key_values = values, .new_key = other, .before = values, .before_is_key = true});
  CHECK(gone["new_key"]["id"] == 8);
  CHECK(gone["after"].is_null());
  const auto made = print({.op = 'c', .key_values = other, .old_key = values, .after = other});
  CHECK(made["old_key"]["id"] == 7);
  CHECK(std::next(made.begin(), 2).key() == "old_key");
}

TEST_CASE_FIXTURE(Fixture, "nulls of the source: no commit yet, no xid; an origin") {
  context.last_commit = 0;
  context.xid = 0;
  context.origin = "node\"1";
  context.origin_lsn = 77;
  line.set_context(context);
  const auto source = print({.op = 't', .lsn = 50})["source"];
  CHECK(source["sequence"] == R"([null,"50"])");
  CHECK(source["txId"].is_null());
  CHECK(source["origin"] == "node\"1");
  CHECK(source["origin_lsn"] == 77);
  context.lsn_is_null = true;  // still in `sequence`
  line.set_context(context);
  const auto reread = print({.op = 'r', .lsn = 50})["source"];
  CHECK(reread["lsn"].is_null());
  CHECK(reread["sequence"] == "[null,\"50\"]");
}

TEST_CASE_FIXTURE(Fixture, "unchanged columns are the last member") {
  const std::vector<Value> toasted{{'u', {}}};
  const auto json = print({.op = 'u', .after = toasted});
  CHECK(json["after"].empty());
  CHECK(std::prev(json.end()).key() == "unchanged");
}

TEST_CASE_FIXTURE(Fixture, "a message has Debezium's order") {
  std::string out;
  line.append_message(out, {.op = 'm', .ordinal = 1, .lsn = 60}, "pre\"fix", "hi");
  const auto json = nlohmann::ordered_json::parse(out);
  std::string names;
  for (const auto& [name, value] : json.items()) names += name + " ";
  CHECK(names == "pos key op ts_ms source transaction message ");
  CHECK(json["key"]["prefix"] == "pre\"fix");
  CHECK(json["message"]["content"] == "aGk=");
  CHECK(json["source"]["table"] == "");
}
