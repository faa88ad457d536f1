#include "tools/pg-load/events/single_change.hpp"

#include "tests/unit/tools/pg-load/tables.hpp"

#include <doctest/doctest.h>

using namespace cdckit::pg_load;

namespace {

std::string record(const std::string& parameter, const std::string& alias) {
  return "pg_catalog.json_to_record($" + parameter + "::json) AS " + alias +
         "(\"id\" integer, \"s\" text, \"n\" numeric(12,2), \"big\" text)";
}

}  // namespace

TEST_CASE("only what the row names and the server lets us write") {
  TargetTable target = tests::sample();
  target.columns[1].generated = true;
  CHECK(writable_members(target, R"({"id":1,"s":2,"other":3,"n":4})") ==
        std::vector<std::string>{"id", "n"});
}

TEST_CASE("a row that comes, and one that goes by its key") {
  const TargetTable target = tests::sample();
  CHECK(insert_row_sql(target, {"id", "s"}) ==
        "INSERT INTO \"public\".\"t\" (\"id\", \"s\") OVERRIDING SYSTEM VALUE SELECT fresh.\"id\", "
        "fresh.\"s\" FROM " +
            record("1", "fresh"));
  CHECK(delete_key_sql(target) == "DELETE FROM \"public\".\"t\" t USING " + record("1", "old") +
                                      " WHERE t.\"id\" OPERATOR(pg_catalog.=) old.\"id\"");
  CHECK(key_of_row_sql(target) == "SELECT fresh.\"id\" FROM " + record("1", "fresh"));
}

TEST_CASE("a key that moves") {
  const TargetTable target = tests::sample();
  CHECK(move_sql(target, {"id", "s"}) ==
        "UPDATE \"public\".\"t\" t SET \"id\" = fresh.\"id\", \"s\" = fresh.\"s\" FROM " +
            record("1", "fresh") + ", " + record("2", "old") +
            " WHERE t.\"id\" OPERATOR(pg_catalog.=) old.\"id\"");
}

TEST_CASE("a key that no update may write goes and comes back") {
  TargetTable target = tests::sample();
  CHECK_FALSE(has_identity_key(target));
  target.columns[0].identity_always = true;
  CHECK(has_identity_key(target));
  const std::string_view row = R"({"id":1,"s":2})";
  CHECK(writable_members(target, row) == std::vector<std::string>{"s"});
  CHECK(writable_members(target, row, true) == std::vector<std::string>{"id", "s"});
  const std::string sql = replace_moved_sql(target, {"id", "s"});
  CHECK(sql.find("WHERE t.\"id\" OPERATOR(pg_catalog.=) old.\"id\" RETURNING t.*)") !=
        std::string::npos);
  CHECK(sql.find("OVERRIDING SYSTEM VALUE SELECT fresh.\"id\", fresh.\"s\", gone.\"n\", "
                 "gone.\"big\" FROM gone") != std::string::npos);
}

TEST_CASE("one of several equal rows") {
  const TargetTable target = tests::sample();
  const std::string found =
      " WHERE (t.tableoid, t.ctid) OPERATOR(pg_catalog.=) (SELECT o.tableoid, o.ctid FROM "
      "\"public\".\"t\" o, ";
  const std::string equal =
      " WHERE ROW(o.\"id\"::integer, o.\"s\"::text, o.\"n\"::numeric(12,2), "
      "o.\"big\"::text)::record "
      "OPERATOR(pg_catalog.*=) ROW(old.\"id\", old.\"s\", old.\"n\", old.\"big\")::record LIMIT 1)";
  CHECK(delete_equal_row_sql(target).ends_with(found + record("1", "old") + equal));
  CHECK(change_equal_row_sql(target, {"s"}).ends_with(found + record("2", "old") + equal));
}

TEST_CASE("what the server computes is in no row, and hstore goes as its text") {
  TargetTable target = tests::sample();
  target.columns[1].generated = true;
  target.columns[3].codec = Codec::hstore;
  CHECK(delete_equal_row_sql(target).find("\"s\"") == std::string::npos);
  CHECK(as_sent(target, R"({"id":1,"big":{"a":"1","b":null}})") ==
        R"({"id":1,"big":"\"a\"=>\"1\",\"b\"=>NULL"})");
  CHECK(as_sent(target, R"({"id":1,"big":null})") == R"({"id":1,"big":null})");
  CHECK(as_sent(tests::sample(), R"({"id":1})") == R"({"id":1})");
}
