#include "common/pg/digest.hpp"

#include <doctest/doctest.h>

using namespace cdckit;

namespace {

pg::DigestTable flights() {
  pg::DigestTable table;
  table.schema = "public";
  table.table = "flight";
  table.columns = {{"icao24", "text"}, {"seen", "timestamptz"}, {"squawk", "int4"}};
  table.key = {"icao24"};
  return table;
}

}  // namespace

TEST_CASE("sums of halves are taken modulo 2^64, whatever their sign") {
  CHECK(pg::digest_text("0", "1") == "00000000000000000000000000000001");
  CHECK(pg::digest_text("-1", "-2") == "fffffffffffffffffffffffffffffffe");
  CHECK(pg::digest_text("18446744073709551616", "18446744073709551626") ==
        "0000000000000000000000000000000a");
  CHECK(pg::digest_text("-18446744073709551617", "") == "ffffffffffffffff0000000000000000");
}

TEST_CASE("only what may hold a comma or a backslash is escaped") {
  const auto statement = pg::bucket_statement(flights(), 7);
  CHECK(statement.find("replace(replace(t.\"icao24\"::text") != std::string::npos);
  CHECK(statement.find("coalesce(t.\"squawk\"::text, '\\N')") != std::string::npos);
  CHECK(statement.find("% 7") != std::string::npos);
  CHECK(statement.find("WHERE") == std::string::npos);
}

TEST_CASE("conditions and ONLY take part") {
  auto table = flights();
  table.condition = "squawk > 7";
  table.only = true;
  const auto statement = pg::row_statement(table, 2);
  CHECK(statement.find("FROM ONLY \"public\".\"flight\" t WHERE squawk > 7") != std::string::npos);
  CHECK(statement.find("row_to_json(k)") != std::string::npos);
}

TEST_CASE("values one by one, those of another form as the server prints them") {
  auto table = flights();
  table.columns.front().raw = true;
  const std::string raw = "SELECT t." + ("\"" + table.columns.front().name) + "\" AS v0, ";
  CHECK(pg::value_statement(table, 2, false).starts_with(raw));
  const bool in_key = table.key.front() == table.columns.front().name;
  CHECK(pg::orders_on_server(table) != in_key);
  table.columns.front().raw = false;
  CHECK(pg::orders_on_server(table));
  CHECK(pg::value_statement(table, 2, true).find("ORDER BY") != std::string::npos);
  table.key.clear();
  CHECK_FALSE(pg::orders_on_server(table));
  CHECK(pg::value_statement(table, 2, true).find("ORDER BY") == std::string::npos);
}

TEST_CASE("a row without a key is hashed once") {
  auto table = flights();
  const auto count = [&](const std::string& statement) {
    std::size_t found = 0;
    for (auto at = statement.find("md5("); at != std::string::npos;
         at = statement.find("md5(", at + 1)) {
      ++found;
    }
    return found;
  };
  CHECK(count(pg::bucket_statement(table, 7)) == 2);
  table.key.clear();
  for (const auto& statement : {pg::bucket_statement(table, 7), pg::row_statement(table, 7)}) {
    CHECK(count(statement) == 1);
    CHECK(statement.find("key_hash") == std::string::npos);
  }
}

TEST_CASE("lines") {
  std::string line;
  pg::append_digest_line(line, flights(), "00AB", 3, {.rows = 2, .digest = "ff"});
  CHECK(line == R"({"table":"public.flight","pos":"00AB","bucket":3,"rows":2,"digest":"ff"})");
  line.clear();
  pg::append_digest_line(
      line, flights(), "00AB", {.bucket = 1, .key_hash = "aa", .key = "null", .digest = "bb"});
  CHECK(
      line ==
      R"({"table":"public.flight","pos":"00AB","bucket":1,"key_hash":"aa","key":null,"digest":"bb"})");
}
