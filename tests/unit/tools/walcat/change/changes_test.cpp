#include "tools/walcat/change/changes.hpp"

#include "common/base/error.hpp"
#include "tests/unit/tools/walcat/support.hpp"

#include <doctest/doctest.h>
#include <nlohmann/json.hpp>

using namespace cdckit::walcat;
using namespace walcat_test;

namespace {

nlohmann::json parse(const std::string& line) {
  return nlohmann::json::parse(line);
}

std::string update(const std::string& old, const std::vector<std::string>& row) {
  return "U" + number(1U) + old + "N" + tuple(row);
}

}  // namespace

TEST_CASE("positions are the commit's and count within the transaction") {
  Feed feed;
  feed(begin(0x10));
  feed(plain_relation());
  CHECK(parse(feed(insert(1, {"1", "x"}), 3))["pos"] == "0000000000000010/0000000000000001");
  CHECK(parse(feed(insert(1, {"2", "x"}), 3))["pos"] == "0000000000000010/0000000000000002");
  CHECK(feed.changes.in_transaction());
  feed(commit(0x10, 0x20));
  CHECK_FALSE(feed.changes.in_transaction());
  CHECK(feed.changes.last_end() == 0x20);
  feed(begin(0x30));
  const auto third = parse(feed(insert(1, {"3", "x"}), 9));
  CHECK(third["pos"] == "0000000000000030/0000000000000001");
  CHECK(third["source"]["sequence"] == R"(["32","9"])");
  CHECK(feed.changes.lines() == 3);
}

TEST_CASE("a key change is two lines, an update with an old key alike takes two ordinals") {
  Feed feed;
  feed(begin(0x10));
  feed(plain_relation());
  const auto two = feed(update("K" + tuple({"1", "-"}), {"2", "~"}));
  REQUIRE(lines_in(two) == 2);
  const auto gone = parse(two.substr(0, two.find('\n')));
  const auto made = parse(two.substr(two.find('\n') + 1));
  CHECK(gone["op"] == "d");
  CHECK(gone["new_key"]["id"] == 2);
  CHECK(gone["before"].dump() == R"({"id":1})");
  CHECK(made["op"] == "c");
  CHECK(made["old_key"]["id"] == 1);
  CHECK(made["unchanged"][0] == "a");
  const auto same = parse(feed(update("K" + tuple({"2", "-"}), {"~", "y"})));
  CHECK(same["op"] == "u");
  CHECK(same["after"].dump() == R"({"a":"y","id":2})");
  CHECK(same["pos"] == "0000000000000010/0000000000000003");
  CHECK(parse(feed(insert(1, {"9", "x"})))["pos"] == "0000000000000010/0000000000000005");
}

TEST_CASE("identity full gives the whole old row and fills what is unchanged") {
  Feed feed;
  feed(begin(0x10));
  feed(plain_relation(1, 'f'));
  const auto line = parse(feed(update("O" + tuple({"1", "old"}), {"1", "~"})));
  CHECK(line["op"] == "u");
  CHECK(line["before"]["a"] == "old");
  CHECK(line["after"]["a"] == "old");
  CHECK_FALSE(line.contains("unchanged"));
  const auto gone = parse(feed("D" + number(1U) + "O" + tuple({"1", "old"})));
  CHECK(gone["before"]["a"] == "old");
  CHECK(gone["key"]["id"] == 1);
}

TEST_CASE("a delete shows only the key columns that were sent") {
  Feed feed;
  feed(begin(0x10));
  feed(plain_relation());
  CHECK(parse(feed("D" + number(1U) + "K" + tuple({"1", "-"})))["before"].dump() == R"({"id":1})");
}

TEST_CASE("a truncate is one line a table") {
  Feed feed;
  feed(begin(0x10));
  feed(plain_relation(1));
  feed(plain_relation(2));
  const auto lines = feed("T" + number(2U) + number<std::uint8_t>(0) + number(1U) + number(2U));
  CHECK(lines_in(lines) == 2);
  CHECK(parse(lines.substr(0, lines.find('\n')))["key"].is_null());
}

TEST_CASE("messages: in the transaction by ordinal, outside by their own place") {
  Feed feed;
  const auto loose = parse(feed("M" + number<std::uint8_t>(0) + number<std::uint64_t>(8) +
                                text("p") + number(1U) + "x"));
  CHECK(loose["pos"] == "0000000000000008/0000000000000000");
  CHECK(loose["source"]["txId"].is_null());
  CHECK(loose["source"]["ts_us"] > 0);
  feed(begin(0x10, 7));
  const auto inside = parse(feed(
      "M" + number<std::uint8_t>(1) + number<std::uint64_t>(9) + text("p") + number(1U) + "x", 9));
  CHECK(inside["pos"] == "0000000000000010/0000000000000001");
  CHECK(inside["source"]["txId"] == 7);
}

TEST_CASE("schema lines come before the first event and after a real change only") {
  Feed feed({{"app", "db"}, true, false});
  feed(begin(0x10));
  CHECK(feed(plain_relation()).empty());
  CHECK(lines_in(feed(insert(1, {"1", "x"}))) == 2);
  feed(plain_relation());
  CHECK(lines_in(feed(insert(1, {"2", "x"}))) == 1);
  feed(relation(1, "t", 'd', {{"id", 23, true}, {"b", 25, false}}));
  CHECK(feed(insert(1, {"3", "x"})).starts_with(R"({"__cdc":"schema")"));
}

TEST_CASE("filters leave positions alone") {
  Feed feed({{"app", "db"}, false, false}, {{}, {"public.t"}});
  feed(begin(0x10));
  feed(plain_relation(1));
  feed(relation(2, "u", 'd', {{"id", 23, true}}));
  CHECK(feed(update("K" + tuple({"1", "-"}), {"2", "x"})).empty());
  CHECK(feed(insert(1, {"1", "x"})).empty());
  CHECK(parse(feed(insert(2, {"1"})))["pos"] == "0000000000000010/0000000000000004");
}

TEST_CASE("begin and commit lines frame the events that were printed") {
  Feed feed({{"app", "db"}, false, true});
  feed(begin(0x10, 7));
  feed(plain_relation());
  const auto first = feed(insert(1, {"1", "x"}), 5);
  CHECK(first.starts_with(R"({"__cdc":"begin","txId":7,)"));
  const auto event = parse(first.substr(first.find('\n') + 1));
  CHECK(event["transaction"].dump() == R"({"data_collection_order":1,"id":"7:5","total_order":1})");
  const auto last = parse(feed(commit(0x10, 0x20)));
  CHECK(last["event_count"] == 1);
  CHECK(last["data_collections"][0]["data_collection"] == "public.t");
  feed(begin(0x30));
  CHECK(feed(commit(0x30, 0x40)).empty());
}

TEST_CASE("a commit line counts its tables in the order of their first events") {
  Feed feed({{"app", "db"}, false, true});
  feed(begin(0x10, 7));
  for (const std::uint32_t oid : {5U, 2U, 9U}) {
    feed(relation(oid, "t" + std::to_string(oid), 'd', {{"id", 23, true}}));
  }
  for (const std::uint32_t oid : {9U, 2U, 9U, 5U}) feed(insert(oid, {"1"}));
  std::string order;
  const auto last = parse(feed(commit(0x10, 0x20)));
  for (const auto& counted : last["data_collections"]) {
    order +=
        counted["data_collection"].get<std::string>() + ":" + counted["event_count"].dump() + " ";
  }
  CHECK(order == "public.t9:2 public.t2:1 public.t5:1 ");
}

TEST_CASE("after a lost connection a transaction goes on where printing stopped") {
  Feed feed;
  feed(begin(0x10));
  feed(plain_relation());
  feed(insert(1, {"1", "x"}));
  feed(insert(1, {"2", "x"}));
  feed.changes.resume();
  CHECK_FALSE(feed.changes.in_transaction());
  feed(begin(0x10));
  feed(plain_relation());
  CHECK(feed(insert(1, {"1", "x"})).empty());
  CHECK(feed(insert(1, {"2", "x"})).empty());
  CHECK(parse(feed(insert(1, {"3", "x"})))["pos"] == "0000000000000010/0000000000000003");
}

TEST_CASE("the limit counts data lines") {
  ChangesSettings settings{{"app", "db"}, false, false};
  settings.limit = 1;
  Feed feed(settings);
  feed(begin(0x10));
  feed(plain_relation());
  CHECK(lines_in(feed(update("K" + tuple({"1", "-"}), {"2", "x"}))) == 1);
  CHECK(feed.changes.limit_reached());
  CHECK(feed(insert(1, {"3", "x"})).empty());
}

TEST_CASE("an origin shows in the source") {
  Feed feed;
  feed(begin(0x10));
  feed("O" + number<std::uint64_t>(0x99) + text("node"));
  feed(plain_relation());
  const auto source = parse(feed(insert(1, {"1", "x"})))["source"];
  CHECK(source["origin"] == "node");
  CHECK(source["origin_lsn"] == 0x99);
}

TEST_CASE("what was not asked for or not announced is against the protocol") {
  Feed feed;
  CHECK_THROWS_AS(feed(insert(5, {"1"})), cdckit::base::Error);
  CHECK_THROWS_AS(feed("S" + number(50U) + number<std::uint8_t>(1)), cdckit::base::Error);
}

TEST_CASE("operations that are left out keep their ordinals") {
  ChangesSettings settings{{"app", "db"}, false, true};
  settings.ops = parse_ops("u");
  Feed feed(settings);
  feed(plain_relation());
  feed(begin(100));
  CHECK(feed(insert(1, {"1", "x"})).empty());
  const auto out = feed("U" + number(1) + "N" + tuple({"1", "y"}));
  CHECK(out.find("/0000000000000002\"") != std::string::npos);
  CHECK(out.find(R"("total_order":1)") != std::string::npos);
  CHECK(feed(commit(100, 110)).find(R"("event_count":1)") != std::string::npos);
  feed(begin(200));
  CHECK(feed(insert(1, {"2", "x"})).empty());
  CHECK(feed(commit(200, 210)).empty());
  CHECK(feed.changes.last_end() == 210);
}

TEST_CASE("a type that the catalog lost keeps the name that the stream told") {
  ChangesSettings settings{{"app", "db"}, true, false};
  PlainEncoding encoding;
  PgoutputDecoder decoder;
  std::uint32_t asked = 0;
  Changes changes(settings, {{}, {}}, encoding, [&](const Relation& relation) {
    asked = relation.xid;
    auto catalog = walcat_test::describe(relation);
    catalog.columns[1].type_name = "\?\?\?";
    return catalog;
  });
  std::string out;
  const auto feed = [&](const std::string& bytes) { changes.apply(decoder.decode(bytes), 5, out); };
  feed(begin(100, 42));
  feed("Y" + number<std::uint32_t>(99999) + text("app") + text("mood"));
  feed(relation(1, "t", 'd', {{"id", 23, true}, {"a", 99999, false}}));
  feed(insert(1, {"1", "ok"}));
  CHECK(asked == 42);
  CHECK(out.find(R"("name":"a","type":"app.mood")") != std::string::npos);
  CHECK(out.find(R"("after":{"id":1,"a":"ok"})") != std::string::npos);
}
