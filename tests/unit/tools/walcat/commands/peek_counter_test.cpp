#include "tools/walcat/commands/peek_counter.hpp"

#include "common/base/error.hpp"

#include <doctest/doctest.h>

using namespace cdckit;
using namespace cdckit::walcat;

namespace {

std::string line_of(char op, const std::string& table) {
  return R"({"pos":"0000000000000001/0000000000000001","key":null,"before":null,"after":{"a":1},)"
         R"("source":{"schema":"s","table":")" +
         table + R"("},"op":")" + op + "\"}";
}

const char* const kBegin = R"({"__cdc":"begin","txId":735,"lsn":"0000000000000010","ts_us":5})";
const char* const kCommit =
    R"({"__cdc":"commit","txId":735,"lsn":"0000000000000010","pos":"0000000000000020",)"
    R"("event_count":3,"data_collections":[],"ts_us":1790000000000000})";

}  // namespace

TEST_CASE("rows come with the end of a transaction, the sums at the end of all") {
  PeekCounter counter;
  CHECK(counter.take(kBegin).empty());
  for (const auto& line : {line_of('c', "b"), line_of('c', "a"), line_of('d', "b")})
    CHECK(counter.take(line).empty());
  const auto rows = counter.take(kCommit);
  REQUIRE(rows.size() == 2);
  CHECK(rows[0].xid == "735");
  CHECK(rows[0].end == "0000000000000020");
  CHECK(rows[0].table == "s.a");
  CHECK(rows[1].count.ops == std::array<std::uint64_t, 6>{1, 0, 1, 0, 0, 0});
  CHECK(summary_line(rows[1]) ==
        R"({"transaction":735,"end":"0000000000000020","ts_us":1790000000000000,"table":"s.b",)"
        R"("events":2,"c":1,"u":0,"d":1,"t":0,"m":0,"bytes":)" +
            std::to_string(line_of('c', "b").size() * 2) + "}");
  CHECK(counter.take(kBegin).empty());
  CHECK(counter.take(line_of('u', "b")).empty());
  const auto last = counter.finish();  // a transaction that was cut off counts too
  REQUIRE(last.size() == 3);
  CHECK(last[0].xid == "735");
  CHECK(last[0].end.empty());
  CHECK(last[2].table == "s.b");
  CHECK(last[2].count.transactions == 2);
  CHECK(last[2].count.events() == 3);
  CHECK(summary_line(last[2]).starts_with(
      R"({"table":"s.b","transactions":2,"events":3,"c":1,"u":1,"d":1,)"));
}

TEST_CASE("messages belong to no table, nothing gives nothing, other control lines do not count") {
  PeekCounter counter;
  CHECK(counter.finish().empty());
  CHECK(counter.take(R"({"__cdc":"schema","v":1})").empty());
  (void)counter.take(kBegin);
  (void)counter.take(
      R"({"pos":"a/b","key":{"prefix":"p"},"source":{"schema":"","table":""},"op":"m","message":{}})");
  const auto rows = counter.take(kCommit);
  REQUIRE(rows.size() == 1);
  CHECK(rows[0].table.empty());
  CHECK(rows[0].count.ops.at(4) == 1);
  CHECK(summary_line(rows[0]).find("\"table\":null") != std::string::npos);
  CHECK_THROWS_AS(counter.take("no json"), base::Error);
}

TEST_CASE("for people") {
  TransactionCount row{"735", "0000000000000020", "1790000000000000", "s.b", {}};
  for (int i = 0; i < 1234; ++i) row.count.add('c', 100);
  TransactionCount sum = row;
  sum.xid.clear();
  sum.end.clear();
  sum.ts_us.clear();
  sum.count.transactions = 3;
  CHECK(summary_table({row, sum}) ==
        "TRANSACTION  COMMITTED            END   TABLE  EVENTS  INSERT  UPDATE  DELETE  TRUNCATE   "
        "   "
        " SIZE\n"
        "735          2026-09-21T14:13:20  0/20  s.b     1,234   1,234       0       0         0  "
        "120.5 "
        "KiB\n"
        "all (3)      -                    -     s.b     1,234   1,234       0       0         0  "
        "120.5 "
        "KiB\n");
}
