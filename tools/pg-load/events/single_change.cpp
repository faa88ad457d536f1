#include "tools/pg-load/events/single_change.hpp"

#include "common/ndjson/text.hpp"
#include "common/pg/catalog_sql.hpp"
#include "tools/pg-load/value/hstore_text.hpp"

#include <algorithm>

namespace cdckit::pg_load {
namespace {

// The columns that a row brings, with the types below all domains: one may forbid a null that only
// stands for a member that is not there. The assignment asks the domain.
std::string record_of(const TargetTable& target,
                      const std::string& json,
                      const std::string& alias) {
  std::string columns;
  for (const Column& column : target.columns) {
    if (column.generated) continue;
    columns += (columns.empty() ? "" : ", ") + pg::quote_identifier(column.name) + " " +
               column.resolved_type;
  }
  return "pg_catalog.json_to_record(" + json + ") AS " + alias + "(" + columns + ")";
}

std::string record(const TargetTable& target, int parameter, const std::string& alias) {
  return record_of(target, "$" + std::to_string(parameter) + "::json", alias);
}

std::string assignments(const std::vector<std::string>& columns) {
  std::string out;
  for (const std::string& column : columns) {
    const std::string name = pg::quote_identifier(column);
    out += (out.empty() ? "" : ", ") + name + " = fresh." + name;
  }
  return out;
}

std::string under_old_key(const TargetTable& target) {
  std::string where;
  for (const std::size_t column : target.key) {
    const std::string name = pg::quote_identifier(target.columns[column].name);
    where += (where.empty() ? "" : " AND ") + ("t." + name) + " " + target.columns[column].equals +
             " old." + name;
  }
  return where;
}

// Types whose rows a hash finds; equal values of the others are looked for among those.
bool is_hashed(const Column& column) {
  return column.codec < Codec::json || column.codec == Codec::bytea;
}

// Row `o` of the table is `old`; what the server computes itself is in no event.
struct RowTexts {
  std::string mine;
  std::string old;
};

RowTexts both_rows(const TargetTable& target, bool hashed) {
  std::string mine;
  std::string old;
  for (const Column& column : target.columns) {
    if (column.generated || (hashed && !is_hashed(column))) continue;
    const std::string name = pg::quote_identifier(column.name);
    mine += (mine.empty() ? "o." : ", o.") + name + "::" + column.resolved_type;
    old += (old.empty() ? "old." : ", old.") + name;
  }
  return {"ROW(" + mine + ")::record", "ROW(" + old + ")::record"};
}

std::string is_equal(const TargetTable& target) {
  const RowTexts rows = both_rows(target, false);
  return rows.mine + " OPERATOR(pg_catalog.*=) " + rows.old;
}

// True of all rows that are equal, and a hash finds them: rows as such have none to the planner.
std::string is_alike(const TargetTable& target) {
  const RowTexts rows = both_rows(target, true);
  const auto hash = [](const std::string& row) {
    return "pg_catalog.hash_record_extended(" + row + ", 0)";
  };
  return hash(rows.mine) + " OPERATOR(pg_catalog.=) " + hash(rows.old);
}

std::string equal_row(const TargetTable& target, int parameter) {
  return "(t.tableoid, t.ctid) OPERATOR(pg_catalog.=) (SELECT o.tableoid, o.ctid FROM " +
         target.quoted() + " o, " + record(target, parameter, "old") + " WHERE " +
         is_equal(target) + " LIMIT 1)";
}

// The rows to change are chosen first, as many of each kind as there are changes; then each is
// found by its place.
constexpr const char* kChangeEqualRows = R"sql(
WITH change AS MATERIALIZED (
  SELECT * FROM pg_catalog.json_to_recordset($1::json) AS c(g int, n int, f json)),
old AS MATERIALIZED (
  SELECT c.g AS "cdckit g", old.*
    FROM pg_catalog.json_to_recordset($2::json) AS c(g int, o json), {old}),
found AS MATERIALIZED (
  SELECT m.g, m.t, m.c, pg_catalog.row_number() OVER (PARTITION BY m.g) AS n
    FROM (SELECT old."cdckit g" AS g, o.tableoid AS t, o.ctid AS c FROM {table} o, old
           WHERE {alike} AND {equal}) m),
chosen AS MATERIALIZED (
  SELECT x.t, x.c, c.f FROM found x JOIN change c
      ON c.g OPERATOR(pg_catalog.=) x.g AND c.n OPERATOR(pg_catalog.=) x.n),
gone AS (
  DELETE FROM {table} t USING chosen x
   WHERE x.f IS NULL AND {here} RETURNING 1){changed}
SELECT (SELECT pg_catalog.count(*) FROM gone), {updated})sql";

constexpr const char* kChanged = R"sql(,
changed AS (
  UPDATE {table} t SET {values} FROM chosen x, {fresh}
   WHERE x.f IS NOT NULL AND {here} RETURNING 1))sql";

}  // namespace

bool has_identity_key(const TargetTable& target) noexcept {
  return std::any_of(target.key.begin(), target.key.end(), [&](std::size_t column) {
    return target.columns[column].identity_always;
  });
}

std::vector<std::string> writable_members(const TargetTable& target,
                                          std::string_view row,
                                          bool identity) {
  std::vector<std::string> columns;
  ndjson::ObjectCursor cursor(row);
  ndjson::Member member;
  while (cursor.next(member)) {
    std::string scratch;
    const std::string_view quoted(member.name.data() - 1, member.name.size() + 2);
    const auto column = target.find(ndjson::unescape(quoted, scratch));
    if (!column || target.columns[*column].generated) continue;
    if (target.columns[*column].identity_always && !identity) continue;
    columns.push_back(target.columns[*column].name);
  }
  return columns;
}

std::string as_sent(const TargetTable& target, std::string_view row) {
  const auto has_hstore = [](const Column& column) {
    return column.codec == Codec::hstore || column.codec == Codec::hstore_array;
  };
  if (row.empty() || std::none_of(target.columns.begin(), target.columns.end(), has_hstore))
    return std::string(row);
  std::string out = "{";
  ndjson::ObjectCursor cursor(row);
  ndjson::Member member;
  std::string scratch;
  while (cursor.next(member)) {
    out.append(out.size() > 1 ? ",\"" : "\"").append(member.name).append("\":");
    const std::string_view quoted(member.name.data() - 1, member.name.size() + 2);
    const auto column = target.find(ndjson::unescape(quoted, scratch));
    const bool object = column && has_hstore(target.columns[*column]) &&
                        (member.value.front() == '{' || member.value.front() == '[');
    if (!object) {
      out += member.value;
    } else {
      std::string elements;
      append_hstore_elements(elements, "[" + std::string(member.value) + "]");
      out += std::string_view(elements).substr(1, elements.size() - 2);
    }
  }
  return out + "}";
}

std::string insert_row_sql(const TargetTable& target, const std::vector<std::string>& columns) {
  std::string names;
  std::string values;
  for (const std::string& column : columns) {
    const std::string name = pg::quote_identifier(column);
    names += (names.empty() ? "" : ", ") + name;
    values += (values.empty() ? "fresh." : ", fresh.") + name;
  }
  return "INSERT INTO " + target.quoted() + " (" + names + ") OVERRIDING SYSTEM VALUE SELECT " +
         values + " FROM " + record(target, 1, "fresh");
}

std::string delete_key_sql(const TargetTable& target) {
  return "DELETE FROM " + target.quoted() + " t USING " + record(target, 1, "old") + " WHERE " +
         under_old_key(target);
}

std::string key_of_row_sql(const TargetTable& target) {
  std::string values;
  for (const std::size_t column : target.key)
    values += (values.empty() ? "fresh." : ", fresh.") +
              pg::quote_identifier(target.columns[column].name);
  return "SELECT " + values + " FROM " + record(target, 1, "fresh");
}

std::string move_sql(const TargetTable& target, const std::vector<std::string>& columns) {
  const std::string where = under_old_key(target);
  return "UPDATE " + target.quoted() + " t SET " + assignments(columns) + " FROM " +
         record(target, 1, "fresh") + ", " + record(target, 2, "old") + " WHERE " + where;
}

std::string replace_moved_sql(const TargetTable& target, const std::vector<std::string>& columns) {
  std::string names;
  std::string values;
  for (const Column& column : target.columns) {
    if (column.generated) continue;
    const bool given = std::find(columns.begin(), columns.end(), column.name) != columns.end();
    const std::string name = pg::quote_identifier(column.name);
    names += (names.empty() ? "" : ", ") + name;
    values += (values.empty() ? "" : ", ") + std::string(given ? "fresh." : "gone.") + name;
  }
  return "WITH gone AS (DELETE FROM " + target.quoted() + " t USING " + record(target, 2, "old") +
         " WHERE " + under_old_key(target) + " RETURNING t.*) INSERT INTO " + target.quoted() +
         " (" + names + ") OVERRIDING SYSTEM VALUE SELECT " + values + " FROM gone, " +
         record(target, 1, "fresh");
}

std::string change_equal_row_sql(const TargetTable& target,
                                 const std::vector<std::string>& columns) {
  return "UPDATE " + target.quoted() + " t SET " + assignments(columns) + " FROM " +
         record(target, 1, "fresh") + " WHERE " + equal_row(target, 2);
}

std::string change_equal_rows_sql(const TargetTable& target,
                                  const std::vector<std::string>& columns) {
  const std::string here =
      "t.tableoid OPERATOR(pg_catalog.=) x.t AND t.ctid OPERATOR(pg_catalog.=) x.c";
  std::string sql = kChangeEqualRows;
  const auto fill = [&](std::string_view hole, std::string_view text) {
    sql = pg::filled(std::move(sql), hole, text);
  };
  fill("{changed}", columns.empty() ? "" : kChanged);
  fill("{updated}", columns.empty() ? "0" : "(SELECT pg_catalog.count(*) FROM changed)");
  fill("{here}", here);
  // texts of the user's, which may hold what looks like a hole: last, each at its own places
  const std::pair<std::string_view, std::string> texts[] = {
      {"{old}", record_of(target, "c.o", "old")},
      {"{table}", target.quoted()},
      {"{alike}", is_alike(target)},
      {"{equal}", is_equal(target)},
      {"{values}", assignments(columns)},
      {"{fresh}", record_of(target, "x.f", "fresh")}};
  return pg::filled_once(sql, texts);
}

std::string delete_equal_row_sql(const TargetTable& target) {
  return "DELETE FROM " + target.quoted() + " t WHERE " + equal_row(target, 1);
}

}  // namespace cdckit::pg_load
