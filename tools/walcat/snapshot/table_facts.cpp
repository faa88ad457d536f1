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

// Other access methods may order their rows otherwise; foreign tables have no blocks.
constexpr const char* kSizes = R"(
  SELECT c.oid,
         CASE WHEN c.relkind = 'r' AND a.amname = 'heap'
              THEN pg_relation_size(c.oid) / current_setting('block_size')::bigint ELSE 0 END,
         CASE WHEN c.relkind = 'p'
              THEN (SELECT sum(l.reltuples) FROM pg_partition_tree(c.oid) t
                      JOIN pg_catalog.pg_class l ON l.oid = t.relid
                     WHERE t.isleaf HAVING min(l.reltuples) >= 0)
              ELSE c.reltuples END
    FROM pg_catalog.pg_class c LEFT JOIN pg_catalog.pg_am a ON a.oid = c.relam
   WHERE c.oid = ANY($1::oid[]))";

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
      if (!binary_form(column.type)) types.insert(column.type);
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

std::map<std::uint32_t, TableSize> read_sizes(pg::Connection& connection,
                                              const std::vector<PublishedTable>& tables) {
  std::set<std::uint32_t> oids;
  for (const auto& table : tables) oids.insert(table.relation.oid);
  std::map<std::uint32_t, TableSize> sizes;
  const auto result = ask(connection, kSizes, oids);
  for (int row = 0; row < result.rows(); ++row) {
    TableSize& size = sizes[oid_at(result, row)];
    size.blocks = base::parse_unsigned(result.at(row, 1)).value_or(0);
    if (!result.is_null(row, 2)) size.rows = std::strtod(result.text(row, 2).c_str(), nullptr);
  }
  return sizes;
}

}  // namespace cdckit::walcat
