#include "tools/walcat/server/preflight.hpp"

#include "common/base/error.hpp"
#include "common/cli/nearest.hpp"
#include "common/log/log.hpp"
#include "tools/walcat/server/unsent_rows.hpp"

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

constexpr const char* kEmpty = R"(
  SELECT p.pubname FROM pg_publication p
   WHERE p.pubname = ANY($1::name[]) AND NOT p.puballtables
     AND NOT EXISTS (SELECT FROM pg_publication_rel r WHERE r.prpubid = p.oid)
     AND NOT EXISTS (SELECT FROM pg_publication_namespace n WHERE n.pnpubid = p.oid) ORDER BY 1)";

// Columns that were changed after the slot's position (as far as the server still tells), of tables
// that hold a stored default for old rows or were rewritten.
constexpr const char* kChangedSince = R"(
  SELECT DISTINCT n.nspname, c.relname, a.attname
    FROM pg_publication_tables p
    JOIN pg_namespace n ON n.nspname = p.schemaname
    JOIN pg_class c ON c.relname = p.tablename AND c.relnamespace = n.oid
    JOIN pg_type t ON t.oid = c.reltype
    JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    JOIN pg_replication_slots s ON s.slot_name = $2
   WHERE p.pubname = ANY($1::name[]) AND a.xmin <> t.xmin AND age(a.xmin) <= age(s.catalog_xmin)
     AND (a.atthasmissing OR c.relfilenode <> c.oid) ORDER BY 1, 2, 3)";

// The partitions that came to a published root after the slot's position, and not when they were
// made.
constexpr const char* kAttachedSince = R"(
  SELECT DISTINCT n.nspname, c.relname, l.relname
    FROM pg_publication_tables p
    JOIN pg_namespace n ON n.nspname = p.schemaname
    JOIN pg_class c ON c.relname = p.tablename AND c.relnamespace = n.oid AND c.relkind = 'p'
    CROSS JOIN LATERAL pg_partition_tree(c.oid) part
    JOIN pg_inherits i ON i.inhrelid = part.relid AND part.relid <> c.oid
    JOIN pg_class l ON l.oid = i.inhrelid JOIN pg_type t ON t.oid = l.reltype
    JOIN pg_replication_slots s ON s.slot_name = $2
   WHERE p.pubname = ANY($1::name[]) AND i.xmin <> t.xmin AND age(i.xmin) <= age(s.catalog_xmin)
   ORDER BY 1, 2, 3)";

void warn_of_empty_publications(const Preflight& request) {
  const std::string names = array_text(request.publications);
  const std::array<pg::Parameter, 1> parameters{pg::Parameter(names)};
  const auto result = request.connection.query(kEmpty, parameters);
  for (int row = 0; row < result.rows(); ++row) {
    log::warning("publication \"" + result.text(row, 0) +
                 "\" publishes no table (one that is dropped and made anew leaves it): nothing "
                 "comes until ALTER PUBLICATION " +
                 pg::quote_identifier(result.at(row, 0)) + " ADD TABLE ..");
  }
}

void warn_of_changes_since(const Preflight& request) {
  if (request.resumed.empty()) return;
  const std::string names = array_text(request.publications);
  const std::array<pg::Parameter, 2> parameters{pg::Parameter(names),
                                                pg::Parameter(request.resumed)};
  const auto result = request.connection.query(kChangedSince, parameters);
  for (int row = 0; row < result.rows(); ++row) {
    if (!request.tables.selects(result.at(row, 0), result.at(row, 1))) continue;
    const std::string table = result.text(row, 0) + "." + result.text(row, 1);
    log::warning("column \"" + result.text(row, 2) + "\" of table \"" + table +
                 "\" was added or changed lately: values that old rows got by that come without an "
                 "event; walcat snapshot " +
                 table + " reads the rows as they are");
  }
  const auto attached = request.connection.query(kAttachedSince, parameters);
  for (int row = 0; row < attached.rows(); ++row) {
    if (!request.tables.selects(attached.at(row, 0), attached.at(row, 1))) continue;
    const std::string table = attached.text(row, 0) + "." + attached.text(row, 1);
    log::warning("partition \"" + attached.text(row, 2) + "\" was attached to table \"" + table +
                 "\" lately: the rows that it had come without an event; walcat snapshot " + table +
                 " reads the rows as they are");
  }
}

void warn_of_unsent_rows(const Preflight& request) {
  if (request.resumed.empty()) return;
  for (const auto& [schema, table] :
       find_unsent_rows(request.connection, request.publications, request.resumed_xid)) {
    if (!request.tables.selects(schema, table)) continue;
    log::warning("table \"" + schema + "." + table +
                 "\" came to the publication lately with the rows that it had: no event brings "
                 "them; walcat snapshot " +
                 schema + "." + table + " reads the rows as they are");
  }
}

// It may come into being later: no reason to refuse.
void warn_of_idle_globs(const Preflight& request) {
  if (request.tables.selects_all()) return;
  const std::string names = array_text(request.publications);
  const std::array<pg::Parameter, 1> parameters{pg::Parameter(names)};
  const auto result = request.connection.query(
      "SELECT schemaname, tablename FROM pg_publication_tables WHERE pubname = ANY($1::name[])",
      parameters);
  std::vector<std::string> tables;
  for (int row = 0; row < result.rows(); ++row) {
    tables.push_back(result.text(row, 1));
    tables.push_back(result.text(row, 0) + "." + result.text(row, 1));
  }
  const auto fits = [&](const TableFilter& filter) {
    for (int row = 0; row < result.rows(); ++row) {
      if (filter.selects(result.at(row, 0), result.at(row, 1))) return true;
    }
    return false;
  };
  bool idle = false;
  for (const auto& glob : request.tables.include()) {
    if (fits(TableFilter({glob}, {}))) continue;
    idle = true;
    log::warning("\"--table " + glob + "\" fits no published table today",
                 {},
                 cli::near_miss_hint(glob, tables));
  }
  if (!idle && !fits(request.tables)) {
    log::warning("--table and --exclude-table leave no published table today");
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
  warn_of_empty_publications(request);
  warn_of_idle_globs(request);
  warn_of_changes_since(request);
  warn_of_unsent_rows(request);
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
