#include "tools/walcat/server/facts.hpp"

#include "common/base/text.hpp"
#include "tools/walcat/server/catalog.hpp"
#include "tools/walcat/server/publication.hpp"

#include <algorithm>
#include <array>
#include <thread>

namespace cdckit::walcat {
namespace {

constexpr std::chrono::seconds kLong{5};

constexpr const char* kServer = R"(
  SELECT current_setting('wal_level'), current_setting('max_replication_slots'),
         current_setting('max_wal_senders'), (SELECT count(*) FROM pg_replication_slots),
         (SELECT count(*) FROM pg_stat_replication), r.rolsuper, r.rolreplication,
         has_database_privilege(current_database(), 'CREATE'),
         (SELECT setting FROM pg_settings WHERE name = 'max_slot_wal_keep_size'), current_user
    FROM pg_roles r WHERE r.rolname = current_user)";

constexpr const char* kTables = R"(
  SELECT n.nspname, c.relname,
         has_schema_privilege(n.oid, 'USAGE'),
         has_table_privilege(c.oid, 'SELECT') OR
           (SELECT bool_and(has_column_privilege(c.oid, name, 'SELECT'))
              FROM unnest(min(p.attnames::text)::text[]) name),
         row_security_active(c.oid)
    FROM pg_publication_tables p
    JOIN pg_namespace n ON n.nspname = p.schemaname
    JOIN pg_class c ON c.relname = p.tablename AND c.relnamespace = n.oid
   WHERE p.pubname = ANY($1::name[])
   GROUP BY n.oid, n.nspname, c.oid, c.relname ORDER BY 1, 2)";

// The identity is a matter of each partition, whatever the root says.
constexpr const char* kIdentities = R"(
  SELECT n.nspname, c.relname,
         (SELECT format('%I.%I', ns.nspname, leaf.relname) FROM pg_namespace ns
           WHERE ns.oid = leaf.relnamespace), leaf.relreplident,
         EXISTS (SELECT 1 FROM pg_index WHERE indrelid = leaf.oid AND indisprimary
                    AND indimmediate AND indisvalid),
         EXISTS (SELECT 1 FROM pg_index WHERE indrelid = leaf.oid AND indisreplident),
         bool_or(b.pubupdate OR b.pubdelete)
    FROM pg_publication_tables p
    JOIN pg_publication b ON b.pubname = p.pubname
    JOIN pg_namespace n ON n.nspname = p.schemaname
    JOIN pg_class c ON c.relname = p.tablename AND c.relnamespace = n.oid
    JOIN LATERAL (SELECT relid FROM pg_partition_tree(c.oid) WHERE isleaf AND c.relkind = 'p'
                  UNION ALL SELECT c.oid WHERE c.relkind <> 'p') part ON true
    JOIN pg_class leaf ON leaf.oid = part.relid
   WHERE p.pubname = ANY($1::name[])
   GROUP BY n.nspname, c.relname, leaf.oid, leaf.relname, leaf.relnamespace, leaf.relreplident
   ORDER BY 1, 2, 3)";

std::int64_t number(std::string_view text) {
  return base::parse_signed(text).value_or(0);
}

void read_server(pg::Connection& connection, Facts& facts) {
  facts.version = connection.server_version();
  facts.host = connection.host();
  facts.database = connection.database();
  facts.encoding = connection.parameter("server_encoding");
  const auto row = connection.query(kServer);
  facts.wal_level = row.text(0, 0);
  facts.slots_most = number(row.at(0, 1));
  facts.senders_most = number(row.at(0, 2));
  facts.slots_used = number(row.at(0, 3));
  facts.senders_used = number(row.at(0, 4));
  facts.superuser = row.at(0, 5) == "t";
  facts.replication = row.at(0, 6) == "t";
  facts.may_create = row.at(0, 7) == "t";
  facts.wal_keep_megabytes = number(row.at(0, 8));
  facts.user = row.text(0, 9);
}

void read_publications(pg::Connection& connection, Facts& facts) {
  const auto result = connection.query("SELECT pubname FROM pg_publication ORDER BY 1");
  for (int row = 0; row < result.rows(); ++row) facts.publications.push_back(result.text(row, 0));
}

pg::Result ask(pg::Connection& connection, const char* sql, const std::string& parameter) {
  const std::array<pg::Parameter, 1> parameters{pg::Parameter(parameter)};
  return connection.query(sql, parameters);
}

void read_tables(pg::Connection& connection, const FactsRequest& request, Facts& facts) {
  const std::string names =
      array_text(request.publications.empty() ? facts.publications : request.publications);
  const auto tables = ask(connection, kTables, names);
  for (int row = 0; row < tables.rows(); ++row) {
    if (!request.filter.selects(tables.at(row, 0), tables.at(row, 1))) continue;
    facts.tables.push_back({tables.text(row, 0),
                            tables.text(row, 1),
                            tables.at(row, 2) == "t",
                            tables.at(row, 3) == "t",
                            tables.at(row, 4) == "t"});
  }
  const auto leaves = ask(connection, kIdentities, names);
  for (int row = 0; row < leaves.rows(); ++row) {
    if (!request.filter.selects(leaves.at(row, 0), leaves.at(row, 1))) continue;
    facts.identities.push_back({.name = leaves.text(row, 2),
                                .identity = leaves.at(row, 3).front(),
                                .primary_key = leaves.at(row, 4) == "t",
                                .index = leaves.at(row, 5) == "t",
                                .publishes_keys = leaves.at(row, 6) == "t"});
  }
}

// Of a publication that is missing and would be made.
void read_planned(pg::Connection& connection, const FactsRequest& request, Facts& facts) {
  const auto is_missing = [&](const std::string& name) {
    return std::find(facts.publications.begin(), facts.publications.end(), name) ==
           facts.publications.end();
  };
  if (!request.create ||
      !std::any_of(request.publications.begin(), request.publications.end(), is_missing))
    return;
  const auto plan = plan_publication("", read_candidates(connection), request.filter);
  for (const auto& table : plan.identities) facts.identities.push_back(table);
}

bool is_among(const std::vector<Blocker>& blockers, const Blocker& wanted) {
  return std::any_of(blockers.begin(), blockers.end(), [&](const Blocker& other) {
    return other.pid == wanted.pid && other.xid == wanted.xid;
  });
}

std::vector<Blocker> read_long_blockers(pg::Connection& connection) {
  std::vector<Blocker> found = read_blockers(connection);
  if (std::all_of(found.begin(), found.end(), [](const auto& one) { return one.age.has_value(); }))
    return long_blockers(std::move(found), {});
  std::this_thread::sleep_for(std::chrono::seconds(1));
  return long_blockers(std::move(found), read_blockers(connection));
}

}  // namespace

std::vector<Blocker> long_blockers(std::vector<Blocker> found, const std::vector<Blocker>& later) {
  std::erase_if(found, [&](const Blocker& blocker) {
    return blocker.age ? *blocker.age < kLong : !is_among(later, blocker);
  });
  return found;
}

Facts read_facts(pg::Connection& connection, const FactsRequest& request) {
  Facts facts;
  read_server(connection, facts);
  read_publications(connection, facts);
  read_tables(connection, request, facts);
  read_planned(connection, request, facts);
  facts.blockers = read_long_blockers(connection);
  if (!request.slot.empty()) facts.slot = read_slot(connection, request.slot);
  return facts;
}

}  // namespace cdckit::walcat
