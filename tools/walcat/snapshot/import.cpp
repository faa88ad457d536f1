#include "tools/walcat/snapshot/import.hpp"

#include "common/base/error.hpp"

#include <array>

namespace cdckit::walcat {
namespace {

constexpr std::size_t kStatements = 200;  // in one message

// What pg_class says is what the snapshot sees, what the function says is what is there now.
constexpr const char* kRewritten = R"(
  WITH RECURSIVE part(oid) AS (
    SELECT pg_catalog.unnest($1::pg_catalog.oid[])
    UNION
    SELECT i.inhrelid
      FROM part p JOIN pg_catalog.pg_class c ON c.oid = p.oid AND c.relkind = 'p'
      JOIN pg_catalog.pg_inherits i ON i.inhparent = p.oid)
  SELECT n.nspname, c.relname
    FROM part p JOIN pg_catalog.pg_class c ON c.oid = p.oid AND c.relkind = 'r'
    JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
   WHERE pg_catalog.pg_relation_filenode(c.oid) IS DISTINCT FROM c.relfilenode ORDER BY 1, 2)";

[[noreturn]] void begin_anew(const std::string& why) {
  throw base::Error(base::ErrorKind::temporary, "could not use the snapshot: " + why);
}

}  // namespace

void import_snapshot(pg::Connection& connection, const std::string& snapshot) {
  connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
  connection.execute("SET TRANSACTION SNAPSHOT " + connection.quote_literal(snapshot));
}

// To plan a read locks the table and all its partitions, and needs no more rights than the read
// will: LOCK TABLE would want those of all columns.
void hold_tables(pg::Connection& connection, const std::vector<PublishedTable>& tables) {
  std::string sql;
  for (std::size_t i = 0; i < tables.size(); ++i) {
    const auto& relation = tables[i].relation;
    sql += std::string("EXPLAIN SELECT FROM ") + (tables[i].partitioned ? "" : "ONLY ") +
           pg::quote_name(relation.schema, relation.table) + ";";
    if ((i + 1) % kStatements != 0 && i + 1 != tables.size()) continue;
    try {
      connection.execute(sql);
    } catch (const pg::ServerError& error) {
      rethrow_as_changed(error);
    }
    sql.clear();
  }
}

void require_unchanged(pg::Connection& connection, const std::vector<PublishedTable>& tables) {
  std::string oids = "{";
  for (const auto& table : tables) {
    oids += (oids.size() > 1 ? "," : "") + std::to_string(table.relation.oid);
  }
  oids += '}';
  const std::array<pg::Parameter, 1> parameters{pg::Parameter(oids)};
  const auto rewritten = connection.query(kRewritten, parameters);
  if (rewritten.rows() == 0) return;
  begin_anew("table \"" + rewritten.text(0, 0) + "." + rewritten.text(0, 1) +
             "\" was rewritten since it was exported");
}

void rethrow_as_changed(const pg::ServerError& error) {
  for (const char* state : {"42P01", "3F000", "42703", "42704", "42883"}) {
    if (error.sqlstate() == state) begin_anew(std::string("a table was changed: ") + error.what());
  }
  throw pg::ServerError(error);
}

}  // namespace cdckit::walcat
