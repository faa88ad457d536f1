#include "tools/pg-load/table/statements.hpp"

#include "common/base/text.hpp"
#include "common/pg/connection.hpp"

#include <algorithm>

namespace cdckit::pg_load {
namespace {

// Nobody's operator or function of a better fit is taken for the server's own.
constexpr const char* kEquals = " OPERATOR(pg_catalog.=) ";

std::string bit(std::size_t column) {
  return "pg_catalog.get_bit(s.missing," + std::to_string(column) + ")";
}

}  // namespace

std::string Statements::create_stage() const {
  std::string sql = "CREATE TEMP TABLE " + stage_ + " (" +
                    (kind_ == StageKind::rows ? "ord bigint" : "op \"char\"") + ", missing bytea";
  bool rest = false;
  for (std::size_t i = 0; i < target_.columns.size(); ++i) {
    rest = rest || packed(i);
    if (!packed(i)) sql += ", " + staged_name(i) + " " + std::string(staging_type(staged_codec(i)));
  }
  if (kind_ == StageKind::events) {
    for (const std::size_t i : target_.key)
      sql += ", " + origin_name(i) + " " + std::string(staging_type(target_.columns[i].codec));
  }
  if (rest) sql += ", rest text[]";
  return sql + ") ON COMMIT DELETE ROWS";
}

std::string Statements::drop_stage() const {
  return "DROP TABLE IF EXISTS pg_temp." + stage_;
}

std::string Statements::analyze_stage() const {
  return "ANALYZE pg_temp." + stage_;
}

std::string Statements::index_stage() const {
  return "CREATE INDEX ON pg_temp." + stage_ + " (ord)";
}

std::string Statements::copy_into_stage(const std::vector<std::size_t>& active, bool moved) const {
  std::string columns = kind_ == StageKind::rows ? "ord, missing" : "op, missing";
  for (const std::size_t column : active) {
    if (!packed(column)) columns += ", " + staged_name(column);
  }
  if (std::any_of(active.begin(), active.end(), [&](std::size_t c) { return packed(c); }))
    columns += ", rest";
  if (moved) {
    for (const std::size_t column : target_.key) columns += ", " + origin_name(column);
  }
  return "COPY pg_temp." + stage_ + " (" + columns + ") FROM STDIN (FORMAT binary)";
}

std::string Statements::copy_into_target(const std::vector<std::size_t>& active) const {
  return "COPY " + target_.quoted() + " (" +
         join(active, ", ", [&](std::size_t c) { return target_column(c); }) +
         ") FROM STDIN (FORMAT binary)";
}

bool Statements::can_copy_directly(const std::vector<std::size_t>& active) const {
  return !active.empty() && std::all_of(active.begin(), active.end(), [&](std::size_t column) {
    return target_.columns[column].codec < Codec::cast;
  });
}

std::string Statements::given_or(std::size_t column,
                                 const std::string& other,
                                 const StageFacts& facts) const {
  std::string value = staged_value(column);
  if (!facts.masked || target_.is_key(column)) return value;
  return "CASE WHEN " + bit(column) + kEquals + "1 THEN " + other + " ELSE " + value + " END";
}

// The same for all of a row: what the event does not name moves with it.
std::string Statements::carried_or(std::size_t column,
                                   const std::string& other,
                                   const StageFacts& facts) {
  if (!facts.moved) return other;
  return "CASE WHEN s.has_origin THEN s.v" + std::to_string(column) + " ELSE " + other + " END";
}

std::string Statements::inserted_value(std::size_t column, const StageFacts& facts) const {
  std::string fallback = target_.columns[column].default_expression;
  if (facts.moved && !target_.is_key(column)) {
    fallback = carried_or(column, fallback.empty() ? "NULL" : fallback, facts);
    const bool active =
        std::find(facts.active.begin(), facts.active.end(), column) != facts.active.end();
    return active ? given_or(column, fallback, facts) : fallback;
  }
  return fallback.empty() ? staged_value(column) : given_or(column, fallback, facts);
}

std::string Statements::differs(std::size_t column, const StageFacts& facts) const {
  const Column& about = target_.columns[column];
  const std::string old_value = "t." + target_column(column);
  const Codec codec = staged_codec(column);
  const bool text = codec == Codec::text;
  std::string new_value = text || codec >= Codec::cast ? staged_for_match(column) : staged(column);
  if (!text && codec < Codec::cast && about.type != std::string(staging_type(codec)))
    new_value += "::" + about.type;
  // IS DISTINCT FROM would look for an operator by its name.
  std::string test = about.exact
                         ? "((" + old_value + kEquals + new_value + ") IS NOT TRUE AND NOT (" +
                               old_value + " IS NULL AND " + new_value + " IS NULL))"
                         : "ROW(" + old_value + ")::record OPERATOR(pg_catalog.*<>) ROW(" +
                               new_value + ")::record";
  if (facts.masked) test = "((" + bit(column) + kEquals + "1) IS NOT TRUE AND " + test + ")";
  return test;
}

std::vector<std::size_t> Statements::updatable(const StageFacts& facts) const {
  std::vector<std::size_t> columns;
  for (const std::size_t column : facts.active) {
    if (!target_.is_key(column) && !target_.columns[column].identity_always)
      columns.push_back(column);
  }
  return columns;
}

std::string Statements::difference(const StageFacts& facts) const {
  const std::string any =
      join(updatable(facts), " OR ", [&](std::size_t c) { return differs(c, facts); });
  if (kind_ == StageKind::rows) return " AND (" + any + ")";
  if (!facts.compare_only_reads) return "";
  return " AND (s.op <> 'r'" + (any.empty() ? "" : " OR " + any) + ")";
}

std::string Statements::assignments(const StageFacts& facts) const {
  std::string text = join(updatable(facts), ", ", [&](std::size_t c) {
    return target_column(c) + " = " +
           given_or(c, carried_or(c, "t." + target_column(c), facts), facts);
  });
  for (const std::size_t c : insertable(facts)) {
    if (target_.columns[c].identity_always || target_.is_key(c) ||
        std::find(facts.active.begin(), facts.active.end(), c) != facts.active.end())
      continue;
    text += (text.empty() ? "" : ", ") + target_column(c) + " = " +
            carried_or(c, "t." + target_column(c), facts);
  }
  return text;
}

std::vector<std::size_t> Statements::insertable(const StageFacts& facts) const {
  if (!facts.moved) return facts.active;
  std::vector<std::size_t> columns;
  for (std::size_t i = 0; i < target_.columns.size(); ++i) {
    if (!target_.columns[i].generated) columns.push_back(i);
  }
  return columns;
}

// Each staged row with what the target has under its origin, before anything is changed.
std::string Statements::with_origin(const std::string& stage) const {
  std::string columns = "s.*, o.tableoid IS NOT NULL AS has_origin";
  for (std::size_t i = 0; i < target_.columns.size(); ++i) {
    if (!target_.columns[i].generated)
      columns += ", o." + target_column(i) + " AS v" + std::to_string(i);
  }
  const std::string same = join(target_.key, " AND ", [&](std::size_t c) {
    return "o." + target_column(c) + " " + target_.columns[c].equals + " " +
           for_match(c, origin(c));
  });
  return "(SELECT " + columns + " FROM " + stage + " s LEFT JOIN " + target_.quoted() + " o ON " +
         same + ")";
}

std::string Statements::condition(const StageFacts& facts) const {
  std::string where;
  if (facts.to > 0)
    where = " WHERE ord OPERATOR(pg_catalog.>=) " + std::to_string(facts.from) +
            " AND ord OPERATOR(pg_catalog.<=) " + std::to_string(facts.to);
  if (facts.key_only && facts.to == 0) where = " WHERE ord OPERATOR(pg_catalog.>) 0";
  return where;
}

std::string Statements::source(const StageFacts& facts) const {
  if (facts.duplicates) {
    const std::string key = distinct_key();
    return "(SELECT DISTINCT ON (" + key + ") * FROM pg_temp." + stage_ + " s" + condition(facts) +
           " ORDER BY " + key + ", ord DESC)";
  }
  if (facts.moved) return with_origin("pg_temp." + stage_);
  const std::string where = condition(facts);
  return where.empty() ? "pg_temp." + stage_ : "(SELECT * FROM pg_temp." + stage_ + where + ")";
}

std::string Statements::insert(const StageFacts& facts) const {
  const auto name = [&](std::size_t c) { return target_column(c); };
  const auto value = [&](std::size_t c) { return inserted_value(c, facts); };
  const std::string from = " FROM pg_temp." + stage_ + " s" + condition(facts) +
                           (kind_ == StageKind::rows ? " ORDER BY ord" : "");
  if (facts.active.empty()) return "INSERT INTO " + target_.quoted() + " SELECT" + from;
  return "INSERT INTO " + target_.quoted() + " (" + join(facts.active, ", ", name) +
         ") OVERRIDING SYSTEM VALUE SELECT " + join(facts.active, ", ", value) + from;
}

std::string Statements::inserted_values(const StageFacts& facts) const {
  return join(insertable(facts), ", ", [&](std::size_t c) { return inserted_value(c, facts); });
}

std::string Statements::merge(const StageFacts& facts) const {
  if (!target_.merges) return merge_in_parts(facts);
  std::string sql =
      "MERGE INTO " + target_.quoted() + " t USING " + source(facts) + " s ON " + match();
  if (facts.range)
    sql += " AND t." + target_column(target_.key.front()) + " BETWEEN " +
           std::to_string(facts.range->first) + " AND " + std::to_string(facts.range->last);
  const bool events = kind_ == StageKind::events;
  if (events) sql += " WHEN MATCHED AND s.op = 'd' THEN DELETE";
  const std::string changes = assignments(facts);
  if (!changes.empty()) sql += " WHEN MATCHED" + difference(facts) + " THEN UPDATE SET " + changes;
  const auto name = [&](std::size_t c) { return target_column(c); };
  sql += std::string(" WHEN NOT MATCHED") + (events ? " AND s.op <> 'd'" : "") + " THEN INSERT (" +
         join(insertable(facts), ", ", name) + ") OVERRIDING SYSTEM VALUE VALUES (" +
         inserted_values(facts) + ")";
  return sql;
}

// The same before PostgreSQL 15. All parts see the rows as they were before any of them, and each
// touches other rows. ON CONFLICT would not do: it wants a unique index, and its update could not
// ask which members were missing.
std::string Statements::merge_in_parts(const StageFacts& facts) const {
  const auto name = [&](std::size_t c) { return target_column(c); };
  const bool events = kind_ == StageKind::events;
  const std::string from = source(facts) + " s WHERE ";
  const std::string stays = events ? " AND s.op <> 'd'" : "";
  std::string sql = "WITH ";
  std::string counts;
  const auto add_part = [&](const std::string& part, const std::string& text) {
    sql += (counts.empty() ? "" : ", ") + part + " AS (" + text + " RETURNING 1)";
    counts += (counts.empty() ? "" : " + ") + ("(SELECT pg_catalog.count(*) FROM " + part + ")");
  };
  if (events)
    add_part("deleted",
             "DELETE FROM " + target_.quoted() + " t USING " + from + match() + " AND s.op = 'd'");
  const std::string changes = assignments(facts);
  if (!changes.empty())
    add_part("updated",
             "UPDATE " + target_.quoted() + " t SET " + changes + " FROM " + from + match() +
                 stays + difference(facts));
  add_part("inserted",
           "INSERT INTO " + target_.quoted() + " (" + join(insertable(facts), ", ", name) +
               ") OVERRIDING SYSTEM VALUE SELECT " + inserted_values(facts) + " FROM " + from +
               "NOT EXISTS (SELECT FROM " + target_.quoted() + " t WHERE " + match() + ")" + stays);
  return sql + " SELECT " + counts;
}

std::uint64_t Statements::changed_rows(const pg::Result& result) {
  if (result.columns() == 0) return result.affected();
  return base::parse_unsigned(result.at(0, 0)).value_or(0);
}

std::string Statements::delete_missing(const std::string& scope) const {
  return "DELETE FROM " + target_.quoted() + " t WHERE NOT EXISTS (SELECT FROM pg_temp." + stage_ +
         " s WHERE " + match() + ")" + (scope.empty() ? "" : " AND " + scope);
}

std::string Statements::try_value(const std::string& table,
                                  std::size_t column,
                                  std::int64_t ord) const {
  return "INSERT INTO " + table + " (" + target_column(column) + ") SELECT " +
         staged_value(column) + " FROM pg_temp." + stage_ + " s WHERE ord OPERATOR(pg_catalog.=) " +
         std::to_string(ord);
}

std::string Statements::count_missing(const std::string& scope) const {
  return "SELECT pg_catalog.count(*) FILTER (WHERE NOT EXISTS (SELECT FROM pg_temp." + stage_ +
         " s WHERE " + match() + ")), pg_catalog.count(*) FROM " + target_.quoted() + " t" +
         (scope.empty() ? "" : " WHERE " + scope);
}

std::string Statements::statistics() const {
  const std::string oid = std::to_string(target_.oid);
  return "SELECT pg_catalog.pg_stat_get_xact_tuples_inserted(" + oid +
         "), pg_catalog.pg_stat_get_xact_tuples_updated(" + oid +
         "), pg_catalog.pg_stat_get_xact_tuples_deleted(" + oid + ")";
}

// The rows of a range are sorted in memory: that of a large set of narrow rows.
std::string Statements::planner(JoinBy way) {
  const auto set = [](const char* name, bool on) {
    return std::string("SET LOCAL enable_") + name + (on ? " = on; " : " = off; ");
  };
  const bool free = way == JoinBy::planner;
  return set("hashjoin", free) + set("mergejoin", way != JoinBy::look_up) +
         set("nestloop", way != JoinBy::range) + set("bitmapscan", free) +
         (way == JoinBy::range ? "SET LOCAL work_mem = '32MB'; " : "");
}

std::string Statements::count_keys(const StageFacts& facts) const {
  return "SELECT pg_catalog.count(*) FROM " + source(facts) + " s";
}

std::string Statements::count_matches(const StageFacts& facts) const {
  return "SELECT pg_catalog.count(*) FROM " + source(facts) + " s JOIN " + target_.quoted() +
         " t ON " + match();
}

std::string Statements::count_holes(const StageFacts& facts) const {
  std::string hole = "s.missing IS NOT NULL";
  std::string same = match();
  if (facts.moved) {
    const std::string moved = origin(target_.key.front()) + " IS NOT NULL";
    hole = "(" + hole + " OR " + moved + ")";
    same = join(target_.key, " AND ", [&](std::size_t c) {
      return "t." + target_column(c) + " " + target_.columns[c].equals + " CASE WHEN " + moved +
             " THEN " + for_match(c, origin(c)) + " ELSE " + staged_for_match(c) + " END";
    });
  }
  return "SELECT pg_catalog.count(*) FROM pg_temp." + stage_ + " s WHERE s.op = 'u' AND " + hole +
         " AND NOT EXISTS (SELECT FROM " + target_.quoted() + " t WHERE " + same + ")";
}

std::string Statements::count_twins() const {
  return "SELECT pg_catalog.count(*) FROM (SELECT FROM pg_temp." + stage_ + " s GROUP BY " +
         distinct_key() + " HAVING pg_catalog.count(*) > 1) twins";
}

}  // namespace cdckit::pg_load
