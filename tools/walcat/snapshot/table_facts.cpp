// tested by tests/integration/walcat/test_snapshot_jobs.py::test_how_many_rows_are_expected
// tested by
// tests/integration/walcat/test_snapshot_jobs.py::test_leaves_that_may_not_be_read_are_read_through_their_root
#include "tools/walcat/snapshot/table_facts.hpp"

#include "common/base/text.hpp"

#include <array>
#include <cstdlib>
#include <set>
#include <string>

namespace cdckit::walcat {
namespace {

constexpr const char* kOutputFunctions = R"(
  WITH RECURSIVE chain(top, oid) AS (
    SELECT t.oid, t.oid FROM pg_catalog.pg_type t WHERE t.oid = ANY($1::oid[])
    UNION ALL
    SELECT c.top, t.typbasetype FROM chain c JOIN pg_catalog.pg_type t ON t.oid = c.oid
     WHERE t.typtype = 'd')
  SELECT c.top, CASE WHEN p.proargtypes[0] = t.oid OR a.typtype = 'p'
                     THEN quote_ident(fn.nspname) || '.' || quote_ident(p.proname) END,
         CASE WHEN c.top <> c.oid THEN quote_ident(tn.nspname) || '.' || quote_ident(t.typname) END
    FROM chain c JOIN pg_catalog.pg_type t ON t.oid = c.oid AND t.typtype <> 'd'
    JOIN pg_catalog.pg_namespace tn ON tn.oid = t.typnamespace
    JOIN pg_catalog.pg_proc p ON p.oid = t.typoutput
    JOIN pg_catalog.pg_type a ON a.oid = p.proargtypes[0]
    JOIN pg_catalog.pg_namespace fn ON fn.oid = p.pronamespace)";

// The leaves of partitioned tables too, by the snapshot that this transaction sees. Other access
// methods than heap may order their rows otherwise; foreign tables have no blocks. A table that was
// never analyzed, or grew since, is guessed by its file, as the planner does. A leaf is read in the
// name of its root only where that changes nothing about who may see what.
constexpr const char* kSizes = R"(
  WITH RECURSIVE part(root, oid) AS (
    SELECT o, o FROM unnest($1::oid[]) o
    UNION ALL
    SELECT p.root, i.inhrelid
      FROM part p JOIN pg_catalog.pg_class c ON c.oid = p.oid AND c.relkind = 'p'
      JOIN pg_catalog.pg_inherits i ON i.inhparent = p.oid)
  SELECT p.root, n.nspname, c.relname, c.relkind = 'f', p.oid <> p.root,
         CASE WHEN c.relkind = 'r' AND a.amname = 'heap' THEN f.blocks ELSE 0 END,
         CASE WHEN c.relkind = 'f' THEN c.reltuples
              WHEN f.blocks = 0 THEN 0
              WHEN c.relpages > 0 AND c.reltuples >= 0 THEN c.reltuples / c.relpages * f.blocks
              ELSE f.blocks * current_setting('block_size')::float8 / (28 + (
                SELECT coalesce(sum(CASE WHEN w.attlen > 0 THEN w.attlen ELSE 32 END), 0)
                  FROM pg_catalog.pg_attribute w
                 WHERE w.attrelid = c.oid AND w.attnum > 0 AND NOT w.attisdropped)) END,
         has_schema_privilege(n.oid, 'USAGE') AND has_table_privilege(c.oid, 'SELECT') AND NOT
         row_security_active(c.oid) AND NOT row_security_active(p.root)
    FROM part p JOIN pg_catalog.pg_class c ON c.oid = p.oid AND c.relkind <> 'p'
    JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    LEFT JOIN pg_catalog.pg_am a ON a.oid = c.relam
    CROSS JOIN LATERAL (
      SELECT coalesce(pg_relation_size(c.oid), 0) / current_setting('block_size')::bigint AS blocks
    ) f ORDER BY p.root, p.oid)";

std::string oids_text(const std::set<std::uint32_t>& oids) {
  std::string out = "{";
  for (const auto oid : oids) out += (out.size() > 1 ? "," : "") + std::to_string(oid);
  return out + "}";
}

pg::Result ask(pg::Connection& connection,
               const char* question,
               const std::set<std::uint32_t>& oids) {
  const std::string text = oids_text(oids);
  const std::array<pg::Parameter, 1> parameters{pg::Parameter(text)};
  return connection.query(question, parameters);
}

std::uint32_t oid_at(const pg::Result& result, int row) {
  return static_cast<std::uint32_t>(base::parse_unsigned(result.at(row, 0)).value_or(0));
}

}  // namespace

OutputFunctions read_output_functions(pg::Connection& connection,
                                      const std::vector<PublishedTable>& tables) {
  std::set<std::uint32_t> types;
  for (const auto& table : tables) {
    for (const auto& column : table.relation.columns) {
      if (!pg::binary_form(column.type)) types.insert(column.type);
    }
  }
  OutputFunctions functions;
  if (types.empty()) return functions;
  const auto result = ask(connection, kOutputFunctions, types);
  for (int row = 0; row < result.rows(); ++row) {
    functions[oid_at(result, row)] = {result.text(row, 1), result.text(row, 2)};
  }
  return functions;
}

namespace {

Leaf leaf_at(const pg::Result& result, int row) {
  Leaf leaf;
  leaf.name = {result.text(row, 1), result.text(row, 2), result.at(row, 3) == "t"};
  leaf.size.blocks = base::parse_unsigned(result.at(row, 5)).value_or(0);
  leaf.size.rows = std::strtod(result.text(row, 6).c_str(), nullptr);
  return leaf;
}

}  // namespace

std::map<std::uint32_t, TableFacts> read_table_facts(pg::Connection& connection,
                                                     const std::vector<PublishedTable>& tables) {
  std::map<std::uint32_t, TableFacts> facts;
  std::set<std::uint32_t> oids;
  std::set<std::uint32_t> closed;
  for (const auto& table : tables) {
    oids.insert(table.relation.oid);
    facts[table.relation.oid].size.rows = 0;
  }
  const auto result = ask(connection, kSizes, oids);
  for (int row = 0; row < result.rows(); ++row) {
    const auto root = oid_at(result, row);
    TableFacts& table = facts[root];
    Leaf leaf = leaf_at(result, row);
    const bool unknown = leaf.size.rows < 0 || table.size.rows < 0;
    table.size.rows = unknown ? -1 : table.size.rows + leaf.size.rows;
    if (result.at(row, 4) != "t") {
      table.size.blocks = leaf.size.blocks;
      continue;
    }
    if (result.at(row, 7) != "t") closed.insert(root);
    table.leaves.push_back(std::move(leaf));
  }
  for (const auto root : closed) facts[root].leaves.clear();
  return facts;
}

double planned_rows(pg::Connection& connection, const TableSelect& select) {
  constexpr std::string_view kMember = "\"Plan Rows\":";
  const auto plan = connection.query("EXPLAIN (FORMAT JSON) " + select_statement(select, "1"));
  const std::string text = plan.text(0, 0);
  const auto found = text.find(kMember);
  return found == std::string::npos ? -1 : std::strtod(&text[found + kMember.size()], nullptr);
}

}  // namespace cdckit::walcat
