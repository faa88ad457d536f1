#include "tools/walcat/server/preflight.hpp"

#include "common/base/error.hpp"
#include "common/log/log.hpp"

#include <array>

namespace cdckit::walcat {
namespace {

constexpr const char* kIndexBesideKey = R"(
  SELECT DISTINCT n.nspname, c.relname
    FROM pg_publication_tables p
    JOIN pg_namespace n ON n.nspname = p.schemaname
    JOIN pg_class c ON c.relname = p.tablename AND c.relnamespace = n.oid
    JOIN pg_index i ON i.indrelid = c.oid AND i.indisprimary AND NOT i.indisreplident
   WHERE p.pubname = ANY($1::name[]) AND c.relreplident = 'i' ORDER BY 1, 2)";

void warn_of_index_identities(const Preflight& request) {
  const std::string names = array_text(request.publications);
  const std::array<pg::Parameter, 1> parameters{pg::Parameter(names)};
  const auto result = request.connection.query(kIndexBesideKey, parameters);
  for (int row = 0; row < result.rows(); ++row) {
    if (!request.tables.selects(result.at(row, 0), result.at(row, 1))) continue;
    log::warning("table \"" + result.text(row, 0) + "." + result.text(row, 1) +
                 "\" has REPLICA IDENTITY USING INDEX beside a primary key: its key is that index, "
                 "since updates and deletes do not carry the primary key");
  }
}

// It may come into being later: no reason to refuse.
void warn_of_idle_globs(const Preflight& request) {
  if (request.tables.include().empty()) return;
  const std::string names = array_text(request.publications);
  const std::array<pg::Parameter, 1> parameters{pg::Parameter(names)};
  const auto result = request.connection.query(
      "SELECT schemaname, tablename FROM pg_publication_tables WHERE pubname = ANY($1::name[])",
      parameters);
  for (const auto& glob : request.tables.include()) {
    const TableFilter filter({glob}, {});
    bool fits = false;
    for (int row = 0; row < result.rows() && !fits; ++row) {
      fits = filter.selects(result.at(row, 0), result.at(row, 1));
    }
    if (!fits) log::warning("\"--table " + glob + "\" fits no published table today");
  }
}

}  // namespace

void judge_unmatched(const std::string& unmatched, bool backlog) {
  const std::string why = "no published table has what it names";
  if (backlog) {
    log::warning("\"" + unmatched + "\" fits nothing today: " + why);
    return;
  }
  throw base::Error(base::ErrorKind::unavailable,
                    "could not use \"" + unmatched + "\": " + why,
                    "walcat --schema-only shows what the publications have.");
}

void preflight(const Preflight& request) {
  warn_of_index_identities(request);
  warn_of_idle_globs(request);
  if (request.columns.idle()) return;
  Catalog catalog(request.connection);
  for (const auto& found : catalog.published_tables(request.publications, request.tables)) {
    const CatalogTable described = catalog.describe(found.relation);
    Table table = build_table(found.relation, described, request.encoding);
    request.columns.apply(table, found.relation, described);
  }
  if (const auto flag = request.columns.unmatched()) judge_unmatched(*flag, request.backlog);
}

}  // namespace cdckit::walcat
