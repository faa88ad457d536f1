#include "tools/pg-load/events/single_change.hpp"

#include "tests/unit/tools/pg-load/tables.hpp"

#include <doctest/doctest.h>

using namespace cdckit::pg_load;

TEST_CASE("only what the row names and the server lets us write") {
  TargetTable target = tests::sample();
  target.columns[1].generated = true;
  CHECK(writable_members(target, R"({"id":1,"s":2,"other":3,"n":4})") ==
        std::vector<std::string>{"id", "n"});
}

TEST_CASE("a key that moves") {
  const TargetTable target = tests::sample();
  CHECK(move_sql(target, {"id", "s"}) ==
        "UPDATE \"public\".\"t\" t SET \"id\" = fresh.\"id\", \"s\" = fresh.\"s\" FROM "
        "json_populate_record(NULL::\"public\".\"t\", $1::json) fresh, "
        "json_populate_record(NULL::\"public\".\"t\", $2::json) old WHERE t.\"id\" = old.\"id\"");
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
  CHECK(sql.find("WHERE t.\"id\" = old.\"id\" RETURNING t.*)") != std::string::npos);
  CHECK(sql.find("OVERRIDING SYSTEM VALUE SELECT fresh.\"id\", fresh.\"s\", gone.\"n\", "
                 "gone.\"big\" FROM gone") != std::string::npos);
}

TEST_CASE("one of several equal rows") {
  const TargetTable target = tests::sample();
  const std::string old_row =
      "(SELECT o.ctid FROM \"public\".\"t\" o, json_populate_record(NULL::\"public\".\"t\", $";
  CHECK(delete_equal_row_sql(target).find(
            old_row + "1::json) old WHERE o OPERATOR(pg_catalog.*=) old LIMIT 1)") !=
        std::string::npos);
  CHECK(change_equal_row_sql(target, {"s"}).find(old_row + "2::json)") != std::string::npos);
}
