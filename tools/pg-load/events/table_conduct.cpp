#include "tools/pg-load/events/table_conduct.hpp"

#include <algorithm>

namespace cdckit::pg_load {
namespace {

// A foreign key that refuses is none of them: it is found out by trying.
constexpr const char* kConductQuery = R"sql(
SELECT EXISTS (
         SELECT FROM pg_catalog.pg_trigger g
         LEFT JOIN pg_catalog.pg_constraint c ON c.oid = g.tgconstraint
         WHERE g.tgrelid = $1::oid
           AND g.tgenabled IN ('A', CASE pg_catalog.current_setting('session_replication_role')
                                    WHEN 'replica' THEN 'R'::"char" ELSE 'O'::"char" END)
           AND (NOT g.tgisinternal
                OR (c.confrelid = g.tgrelid
                    AND (c.confdeltype IN ('c', 'n', 'd') OR c.confupdtype IN ('c', 'n', 'd'))))),
       EXISTS (
         SELECT FROM pg_catalog.pg_attribute a
         JOIN pg_catalog.pg_collation l ON l.oid = a.attcollation
         WHERE a.attrelid = $1::oid AND a.attnum > 0 AND NOT l.collisdeterministic))sql";

bool is_exact(const Column& column, bool loose_collation) {
  switch (column.codec) {
    case Codec::boolean:
    case Codec::int2:
    case Codec::int4:
    case Codec::int8:
    case Codec::date:
    case Codec::timestamp:
    case Codec::timestamptz:
    case Codec::time:
    case Codec::uuid:
    case Codec::bytea:
      return true;
    case Codec::text:
      return !loose_collation &&
             (column.base_type == "text" || column.base_type == "character varying");
    default:
      return false;
  }
}

}  // namespace

bool exceeds_stage(const TargetTable& target) noexcept {
  constexpr std::size_t kMostColumns = 1600;  // MaxHeapAttributeNumber
  constexpr std::size_t kOwnColumns = 2;      // op, missing
  return target.columns.size() + kOwnColumns + target.key.size() > kMostColumns;
}

TableConduct ask_conduct(pg::Connection& connection, const TargetTable& target) {
  const std::string oid = std::to_string(target.oid);
  const pg::Parameter parameters[] = {oid};
  const pg::Result answer = connection.query(kConductQuery, parameters);
  const bool wide = exceeds_stage(target);
  return {.moves_alone = wide || answer.at(0, 0) == "t",
          .all_alone = wide,
          .loose_collation = answer.at(0, 1) == "t"};
}

bool keys_are_exact(const TargetTable& target, const TableConduct& conduct) {
  return std::all_of(target.key.begin(), target.key.end(), [&](std::size_t column) {
    return is_exact(target.columns[column], conduct.loose_collation);
  });
}

}  // namespace cdckit::pg_load
