#include "tools/pg-load/table/statements.hpp"

#include "tests/unit/tools/pg-load/tables.hpp"

#include <doctest/doctest.h>

using namespace cdckit::pg_load;

namespace {

bool has(const std::string& sql, std::string_view part) {
  return sql.find(part) != std::string::npos;
}

// Equality, and difference with nulls, as the statements say them.
const std::string kIs = " OPERATOR(pg_catalog.=) ";

std::string differs(const std::string& old_value, const std::string& new_value) {
  return "((" + old_value + kIs + new_value + ") IS NOT TRUE AND NOT (" + old_value +
         " IS NULL AND " + new_value + " IS NULL))";
}

}  // namespace

TEST_CASE("staging tables and what is copied where") {
  const TargetTable target = tests::sample();
  const Statements rows(target, "stage", StageKind::rows);
  CHECK(rows.create_stage() ==
        "CREATE TEMP TABLE stage (ord bigint, missing bytea, c0 integer, c1 text, c2 numeric, c3 "
        "text) ON COMMIT DELETE ROWS");
  CHECK(rows.copy_into_stage({0, 2}) ==
        "COPY pg_temp.stage (ord, missing, c0, c2) FROM STDIN (FORMAT binary)");
  CHECK(rows.copy_into_target({0, 2}) ==
        "COPY \"public\".\"t\" (\"id\", \"n\") FROM STDIN (FORMAT binary)");
  const Statements events(target, "stage", StageKind::events);
  CHECK(has(events.create_stage(), "(op \"char\", missing bytea"));
  CHECK(has(events.create_stage(), "c3 text, o0 integer)"));
  CHECK(events.copy_into_stage({0, 2}, true) ==
        "COPY pg_temp.stage (op, missing, c0, c2, o0) FROM STDIN (FORMAT binary)");
}

TEST_CASE("rows that moved take along what their events leave out") {
  TargetTable target = tests::sample();
  target.columns.push_back(tests::column("made", "text"));
  target.columns.back().generated = true;
  const Statements events(target, "stage", StageKind::events);
  const StageFacts facts{.active = {0, 1}, .masked = true, .moved = true};
  const std::string sql = events.merge(facts);
  CHECK(has(sql, "LEFT JOIN \"public\".\"t\" o ON o.\"id\" OPERATOR(pg_catalog.=) s.o0)"));
  CHECK(has(sql, "\"big\" = CASE WHEN s.has_origin THEN s.v3 ELSE t.\"big\" END"));
  CHECK(has(sql, "INSERT (\"id\", \"s\", \"n\", \"big\")"));
  CHECK(has(sql, "CASE WHEN s.has_origin THEN s.v2 ELSE 1.5 END"));
  CHECK(has(sql,
            "CASE WHEN pg_catalog.get_bit(s.missing,1) OPERATOR(pg_catalog.=) 1 THEN CASE WHEN "
            "s.has_origin THEN s.v1 ELSE NULL "
            "END ELSE s.c1 END"));
  CHECK_FALSE(has(sql, "made"));
  CHECK(has(events.count_holes(facts),
            "t.\"id\" OPERATOR(pg_catalog.=) CASE WHEN s.o0 IS NOT NULL THEN s.o0 ELSE s.c0 END"));
  CHECK(has(events.count_twins(), "GROUP BY s.c0 HAVING"));
}

TEST_CASE("a target takes fields as they are unless a column is cast by the server") {
  TargetTable target = tests::sample();
  const Statements rows(target, "stage", StageKind::rows);
  CHECK(rows.can_copy_directly({0, 1}));
  CHECK_FALSE(rows.can_copy_directly({}));
  target.columns[1].codec = Codec::cast;
  CHECK_FALSE(rows.can_copy_directly({0, 1}));
  CHECK(rows.can_copy_directly({0, 2}));
}

TEST_CASE("merge changes only what differs") {
  const TargetTable target = tests::sample();
  const Statements rows(target, "stage", StageKind::rows);
  const std::string sql = rows.merge({.active = {0, 1, 2}});
  CHECK(sql == "MERGE INTO \"public\".\"t\" t USING pg_temp.stage s ON t.\"id\"" + kIs +
                   "s.c0 WHEN MATCHED AND (" + differs("t.\"s\"", "s.c1") + " OR " +
                   differs("t.\"n\"", "s.c2::numeric(12,2)") +
                   ") THEN UPDATE SET \"s\" = s.c1, \"n\" = s.c2 "
                   "WHEN NOT MATCHED THEN INSERT "
                   "(\"id\", \"s\", \"n\") OVERRIDING SYSTEM VALUE VALUES (s.c0, s.c1, s.c2)");
}

TEST_CASE("masked columns take their default on insert and keep their value on update") {
  const TargetTable target = tests::sample();
  const std::string sql =
      Statements(target, "stage", StageKind::rows).merge({.active = {0, 1, 2}, .masked = true});
  CHECK(has(
      sql,
      "\"n\" = CASE WHEN pg_catalog.get_bit(s.missing,2)" + kIs + "1 THEN t.\"n\" ELSE s.c2 END"));
  CHECK(has(sql,
            "VALUES (s.c0, s.c1, CASE WHEN pg_catalog.get_bit(s.missing,2)" + kIs +
                "1 THEN 1.5 ELSE s.c2 END)"));
  CHECK(has(sql,
            "((pg_catalog.get_bit(s.missing,1)" + kIs + "1) IS NOT TRUE AND " +
                differs("t.\"s\"", "s.c1") + ")"));
}

TEST_CASE("only the last of equal keys, only a part, only whole rows") {
  const TargetTable target = tests::sample();
  const Statements rows(target, "stage", StageKind::rows);
  StageFacts facts{.active = {0, 1}, .duplicates = true, .from = 3, .to = 9};
  CHECK(has(
      rows.merge(facts),
      "(SELECT DISTINCT ON (s.c0) * FROM pg_temp.stage s WHERE ord OPERATOR(pg_catalog.>=) 3 AND "
      "ord OPERATOR(pg_catalog.<=) 9 ORDER BY s.c0, ord DESC)"));
  facts = {.active = {0, 1}, .key_only = true};
  CHECK(has(rows.merge(facts), "(SELECT * FROM pg_temp.stage WHERE ord OPERATOR(pg_catalog.>) 0)"));
}

TEST_CASE("types that the server casts") {
  TargetTable target = tests::sample();
  target.columns[0] = tests::column("id", "character(6)", "bpchar");
  target.columns[1] = tests::column("s", "inet");
  target.columns[3] = tests::column("big", "integer[]");
  target.columns[3].codec = Codec::populate;
  target.columns[3].exact = false;
  const std::string sql = Statements(target, "stage", StageKind::rows).merge({.active = {0, 1, 3}});
  CHECK(has(sql, "ON t.\"id\"" + kIs + "s.c0::bpchar"));
  CHECK(has(sql, "ROW(t.\"s\")::record OPERATOR(pg_catalog.*<>) ROW(s.c1::inet)::record"));
  CHECK(has(sql,
            "\"big\" = (pg_catalog.json_populate_record(NULL::\"public\".\"t\", "
            "pg_catalog.json_build_object('big', "
            "s.c3))).\"big\""));
  CHECK(has(sql, "VALUES (s.c0, s.c1::inet, "));
}

TEST_CASE("events delete, and compare only rows of a picture") {
  const TargetTable target = tests::sample();
  const Statements events(target, "stage", StageKind::events);
  const std::string sql = events.merge({.active = {0, 1}});
  CHECK(has(sql, "WHEN MATCHED AND s.op = 'd' THEN DELETE WHEN MATCHED THEN UPDATE"));
  CHECK(has(sql, "WHEN NOT MATCHED AND s.op <> 'd' THEN INSERT"));
  CHECK(has(events.merge({.active = {0, 1}, .compare_only_reads = true}),
            "AND (s.op <> 'r' OR " + differs("t.\"s\"", "s.c1") + ")"));
}

TEST_CASE("a server without MERGE changes, adds and deletes in one statement") {
  TargetTable target = tests::sample();
  target.merges = false;
  const Statements rows(target, "stage", StageKind::rows);
  CHECK(rows.merge({.active = {0, 1}}) ==
        "WITH updated AS (UPDATE \"public\".\"t\" t SET \"s\" = s.c1 FROM pg_temp.stage s WHERE "
        "t.\"id\"" +
            kIs + "s.c0 AND (" + differs("t.\"s\"", "s.c1") +
            ") RETURNING 1), inserted AS (INSERT INTO "
            "\"public\".\"t\" (\"id\", \"s\") OVERRIDING SYSTEM VALUE SELECT s.c0, s.c1 FROM "
            "pg_temp.stage s WHERE NOT EXISTS (SELECT FROM \"public\".\"t\" t WHERE t.\"id\"" +
            kIs +
            "s.c0) "
            "RETURNING 1) SELECT (SELECT pg_catalog.count(*) FROM updated) + (SELECT "
            "pg_catalog.count(*) FROM inserted)");
  const Statements events(target, "stage", StageKind::events);
  const std::string sql = events.merge({.active = {0, 1}});
  CHECK(has(sql, "deleted AS (DELETE FROM"));
  CHECK(has(sql, "t.\"id\"" + kIs + "s.c0 AND s.op = 'd' RETURNING 1"));
  CHECK(has(sql, "t.\"id\"" + kIs + "s.c0 AND s.op <> 'd' RETURNING 1"));
  CHECK_FALSE(has(rows.merge({.active = {0}}), "updated"));
}

TEST_CASE("a table of keys only, identity columns, deletes of what left") {
  TargetTable target = tests::sample();
  const Statements rows(target, "stage", StageKind::rows);
  CHECK_FALSE(has(rows.merge({.active = {0}}), "THEN UPDATE"));
  target.columns[1].identity_always = true;
  CHECK_FALSE(has(rows.merge({.active = {0, 1, 2}}), "\"s\" ="));
  CHECK(rows.delete_missing("t.\"s\" = 'a'") ==
        "DELETE FROM \"public\".\"t\" t WHERE NOT EXISTS (SELECT FROM pg_temp.stage s WHERE "
        "t.\"id\"" +
            kIs + "s.c0) AND t.\"s\" = 'a'");
  CHECK(rows.insert({}) == "INSERT INTO \"public\".\"t\" SELECT FROM pg_temp.stage s ORDER BY ord");
}

TEST_CASE("a set that fills a range of keys is joined with that range") {
  const TargetTable target = tests::sample();
  const Statements statements(target, "stage", StageKind::events);
  const std::string sql =
      statements.merge({.active = {0, 1}, .range = KeyRange{.first = -2, .last = 9}});
  CHECK(sql.find(R"( AND t."id" BETWEEN -2 AND 9 WHEN MATCHED)") != std::string::npos);
  CHECK(statements.merge({.active = {0, 1}}).find("BETWEEN") == std::string::npos);
}

TEST_CASE("what is said to the planner, and counted") {
  const std::string look_up = Statements::planner(JoinBy::look_up);
  CHECK(look_up.starts_with("SET LOCAL enable_hashjoin = off; "));
  CHECK(look_up.find("enable_nestloop = on; ") != std::string::npos);
  const std::string range = Statements::planner(JoinBy::range);
  CHECK(range.find("enable_mergejoin = on; ") != std::string::npos);
  CHECK(range.find("enable_nestloop = off; ") != std::string::npos);
  CHECK(Statements::planner(JoinBy::planner).find("off") == std::string::npos);
  const TargetTable target = tests::sample();
  const Statements statements(target, "stage", StageKind::events);
  CHECK(statements.statistics().find("pg_stat_get_xact_tuples_deleted(7)") != std::string::npos);
  CHECK(statements.stage_key() == "c0");
}

TEST_CASE("a very wide table is staged with its last columns in one") {
  TargetTable target;
  target.name = {.schema = "public", .table = "w"};
  for (std::size_t i = 0; i < 1600; ++i)
    target.columns.push_back(tests::column("c" + std::to_string(i), "integer"));
  target.columns[1599].codec = Codec::jsonb;
  target.columns[1599].base_type = "jsonb";
  target.key = {0, 1598};
  target.packed_from = kStagedAlone;
  const Statements rows(target, "stage", StageKind::rows);
  CHECK(has(rows.create_stage(), "c249 integer, c1598 integer, rest text[])"));
  CHECK(has(rows.copy_into_stage({0, 1598, 3, 700, 1599}), "(ord, missing, c0, c1598, c3, rest)"));
  CHECK(rows.staged_fields({0, 1598, 3, 700, 1599}) == 4);
  CHECK(rows.staged_fields({0, 1598}) == 2);
  const std::string sql = rows.merge({.active = {0, 1598, 3, 700, 1599}});
  CHECK(has(sql, "\"c700\" = s.rest[451]::integer"));
  CHECK(has(sql, "\"c1599\" = s.rest[1350]::jsonb"));
  CHECK(has(sql, "\"c1598\" OPERATOR(pg_catalog.=) s.c1598"));
  const Statements events(target, "stage", StageKind::events);
  CHECK(has(events.create_stage(), "c700 integer"));
}

TEST_CASE("a record of nulls is not made where a domain forbids them") {
  TargetTable target = tests::sample();
  target.columns[3] = tests::column("big", "integer[]");
  target.columns[3].codec = Codec::populate;
  target.strict_domains = true;
  CHECK(has(Statements(target, "stage", StageKind::rows).insert({.active = {0, 3}}),
            "(SELECT r.v FROM pg_catalog.json_to_record(pg_catalog.json_build_object('v', "
            "s.c3::json)) AS r(v integer[]))"));
}

TEST_CASE("keys are equal as their types have it") {
  TargetTable target = tests::sample();
  target.columns[0] = tests::column("id", "numeric(10,1)", "numeric");
  CHECK(has(Statements(target, "stage", StageKind::rows).merge({.active = {0}, .duplicates = true}),
            "DISTINCT ON (s.c0::numeric(10,1))"));
  target.columns[0] = tests::column("id", "public.citext");
  target.columns[0].equals = "OPERATOR(public.=)";
  target.columns[0].collation = "\"s\".\"c\"";
  const std::string sql =
      Statements(target, "stage", StageKind::rows).merge({.active = {0}, .duplicates = true});
  CHECK(has(sql, "DISTINCT ON ((s.c0::public.citext) COLLATE \"s\".\"c\")"));
  CHECK(has(sql, "t.\"id\" OPERATOR(public.=) s.c0::public.citext"));
}
