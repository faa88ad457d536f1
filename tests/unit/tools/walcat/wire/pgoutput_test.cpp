#include "tools/walcat/wire/pgoutput.hpp"

#include "common/base/error.hpp"
#include "tests/unit/tools/walcat/support.hpp"

#include <doctest/doctest.h>

using namespace cdckit::walcat;
using namespace walcat_test;

TEST_CASE("begin and commit") {
  PgoutputDecoder decoder;
  const auto& first = decoder.decode(begin(0x10, 99, 1234));
  CHECK(first.kind == 'B');
  CHECK(first.lsn == 0x10);
  CHECK(first.xid == 99);
  CHECK(first.time == 1234);
  const auto& last = decoder.decode(commit(0x10, 0x20, -5));
  CHECK(last.lsn == 0x10);
  CHECK(last.end_lsn == 0x20);
  CHECK(last.time == -5);
}

TEST_CASE("a relation with its columns") {
  PgoutputDecoder decoder;
  const std::string bytes = relation(16401, "t", 'f', {{"id", 23, true}, {"b c", 1700, false}});
  const auto& message = decoder.decode(bytes);
  CHECK(message.relation == 16401);
  CHECK(message.schema == "public");
  CHECK(message.name == "t");
  CHECK(message.identity == 'f');
  REQUIRE(message.columns.size() == 2);
  CHECK(message.columns[0].key);
  CHECK(message.columns[1].name == "b c");
  CHECK(message.columns[1].type == 1700);
  CHECK(message.columns[1].modifier == -1);
}

TEST_CASE("rows with every kind of column") {
  PgoutputDecoder decoder;
  const std::string update = "U" + number(7U) + "K" + tuple({"1", "-"}) + "N" + tuple({"2", "~"});
  const auto& row = decoder.decode(update);
  CHECK(row.old_kind == 'K');
  CHECK(row.old_values[0].bytes == "1");
  CHECK(row.old_values[1].kind == 'n');
  CHECK(row.new_values[1].kind == 'u');
  CHECK(decoder.decode("D" + number(7U) + "O" + tuple({"1"})).old_kind == 'O');
  CHECK(decoder.decode("U" + number(7U) + "N" + tuple({"1"})).old_kind == 0);
  const std::string raw =
      "I" + number(7U) + "N" + number<std::uint16_t>(1) + "b" + number(2U) + "xy";
  const auto& binary = decoder.decode(raw);
  CHECK(binary.new_values[0].kind == 'b');
  CHECK(binary.new_values[0].bytes == "xy");
}

TEST_CASE("truncate, message, origin, type") {
  PgoutputDecoder decoder;
  const auto& truncate =
      decoder.decode("T" + number(2U) + number<std::uint8_t>(1) + number(5U) + number(6U));
  CHECK(truncate.relations == std::vector<std::uint32_t>{5, 6});
  const std::string bytes =
      "M" + number<std::uint8_t>(1) + number<std::uint64_t>(9) + text("p") + number(2U) + "hi";
  const auto& message = decoder.decode(bytes);
  CHECK(message.name == "p");
  CHECK(message.content == "hi");
  CHECK(message.flags == 1);
  const std::string origin = "O" + number<std::uint64_t>(9) + text("node");
  CHECK(decoder.decode(origin).name == "node");
  const std::string type = "Y" + number(9U) + text("public") + text("mood");
  CHECK(decoder.decode(type).name == "mood");
}

TEST_CASE("inside a streamed block rows carry an xid") {
  PgoutputDecoder decoder;
  decoder.decode("S" + number(50U) + number<std::uint8_t>(1));
  const auto& row = decoder.decode("I" + number(51U) + number(7U) + "N" + tuple({"1"}));
  CHECK(row.xid == 51);
  CHECK(row.relation == 7);
  decoder.decode("E");
  CHECK(decoder.decode("I" + number(7U) + "N" + tuple({"1"})).relation == 7);
  const auto& done =
      decoder.decode("c" + number(50U) + number<std::uint8_t>(0) + number<std::uint64_t>(1) +
                     number<std::uint64_t>(2) + number<std::uint64_t>(3));
  CHECK(done.end_lsn == 2);
  CHECK(decoder.decode("A" + number(50U) + number(52U)).subxid == 52);
}

TEST_CASE("two-phase messages") {
  PgoutputDecoder decoder;
  const std::string body = number<std::uint64_t>(1) + number<std::uint64_t>(2) +
                           number<std::int64_t>(3) + number(4U) + text("gid");
  const std::string prepared = "b" + body;
  CHECK(decoder.decode(prepared).name == "gid");
  for (const std::string kind : {"P", "K", "p"}) {
    const auto& message = decoder.decode(kind + number<std::uint8_t>(0) + body);
    CHECK(message.end_lsn == 2);
    CHECK(message.xid == 4);
  }
  const auto& rollback = decoder.decode("r" + number<std::uint8_t>(0) + number<std::uint64_t>(1) +
                                        number<std::uint64_t>(2) + number<std::int64_t>(3) +
                                        number<std::int64_t>(8) + number(4U) + text("gid"));
  CHECK(rollback.time == 8);
}

TEST_CASE("every cut and every addition is refused") {
  const std::vector<std::string> messages{
      begin(1),
      commit(1, 2),
      plain_relation(),
      insert(1, {"1", "x"}),
      "U" + number(7U) + "K" + tuple({"1", "-"}) + "N" + tuple({"2", "~"}),
      "T" + number(1U) + number<std::uint8_t>(0) + number(5U),
      "M" + number<std::uint8_t>(1) + number<std::uint64_t>(9) + text("p") + number(2U) + "hi"};
  for (const auto& message : messages) {
    for (std::size_t size = 0; size < message.size(); ++size) {
      PgoutputDecoder decoder;
      CHECK_THROWS_AS(decoder.decode(message.substr(0, size)), cdckit::base::Error);
    }
    PgoutputDecoder decoder;
    CHECK_THROWS_AS(decoder.decode(message + "x"), cdckit::base::Error);
  }
  PgoutputDecoder decoder;
  CHECK_THROWS_AS(decoder.decode("?"), cdckit::base::Error);
  CHECK_THROWS_AS(decoder.decode("I" + number(7U) + "N" + number<std::uint16_t>(1) + "z"),
                  cdckit::base::Error);
  CHECK_THROWS_AS(decoder.decode("D" + number(7U) + "N" + tuple({"1"})), cdckit::base::Error);
}
