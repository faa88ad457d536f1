#include "tools/walcat/server/publication.hpp"

#include "common/base/error.hpp"
#include "common/base/text.hpp"
#include "common/log/log.hpp"

#include <algorithm>
#include <map>

namespace cdckit::walcat {
namespace {

using base::ErrorKind;

// A primary key that is deferrable cannot be an identity.
constexpr const char* kCandidates = R"(
  SELECT c.oid, CASE WHEN c.relispartition THEN
           (SELECT i.inhparent FROM pg_catalog.pg_inherits i WHERE i.inhrelid = c.oid) ELSE 0 END,
         n.nspname, c.relname, c.relkind = 'p', c.relreplident,
         EXISTS (SELECT FROM pg_catalog.pg_index i WHERE i.indrelid = c.oid AND i.indisprimary
                    AND i.indimmediate AND i.indisvalid),
         EXISTS (SELECT FROM pg_catalog.pg_index i WHERE i.indrelid = c.oid AND i.indisreplident
                    AND i.indisvalid)
    FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
   WHERE pg_catalog.pg_relation_is_publishable(c.oid) ORDER BY 3, 4)";

constexpr const char* kPublications =
    "SELECT pubname FROM pg_catalog.pg_publication ORDER BY pubname";

bool contains(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

std::vector<std::string> read_publications(pg::Connection& connection) {
  const auto result = connection.query(kPublications);
  std::vector<std::string> names;
  for (int row = 0; row < result.rows(); ++row) names.push_back(result.text(row, 0));
  return names;
}

std::string quoted(const std::vector<std::string>& names) {
  std::vector<std::string> out;
  for (const auto& name : names) out.push_back('"' + name + '"');
  return name_some(out);
}

void announce(const PublicationPlan& plan, const std::vector<std::string>& beside) {
  const std::string what = plan.all_tables
                               ? "all tables, those to come too (each needs a replica identity)"
                               : name_some(plan.tables);
  log::warning("made publication \"" + plan.name + "\" for " + what +
               ", partitions under the name of their root (publish_via_partition_root)");
  if (beside.empty()) return;
  log::warning("publication \"" + plan.name + "\" stands beside " + quoted(beside) +
               ": a walcat without --publication reads all of them");
}

}  // namespace

PublicationPlan plan_publication(const std::string& name,
                                 const std::vector<Candidate>& candidates,
                                 const TableFilter& filter) {
  std::map<std::uint32_t, const Candidate*> by_oid;
  for (const auto& candidate : candidates) by_oid[candidate.oid] = &candidate;
  const auto selected = [&](const Candidate& candidate) {
    return filter.selects(candidate.schema, candidate.table);
  };
  const auto comes_with_root = [&](const Candidate& candidate) {
    for (auto found = by_oid.find(candidate.parent); found != by_oid.end();
         found = by_oid.find(found->second->parent)) {
      if (selected(*found->second)) return true;
    }
    return false;
  };
  PublicationPlan plan{.name = name, .all_tables = filter.selects_all()};
  for (const auto& candidate : candidates) {
    const bool comes = comes_with_root(candidate);
    if (!comes && !selected(candidate)) continue;
    if (!candidate.root) {
      plan.identities.push_back(candidate.identity);
      plan.identities.back().planned = true;
    }
    if (!comes) plan.tables.push_back(pg::quote_name(candidate.schema, candidate.table));
  }
  return plan;
}

void require_sound(const PublicationPlan& plan) {
  const std::string here = "could not create publication \"" + plan.name + "\": ";
  if (!plan.all_tables && plan.tables.empty()) {
    throw base::Error(ErrorKind::unavailable, here + "no table fits --table and --exclude-table");
  }
  const auto broken = without_identity(plan.identities);
  if (broken.empty()) return;
  const bool one = broken.size() == 1;
  throw base::Error(ErrorKind::unavailable,
                    here + (one ? "table " : "tables ") + name_some(broken) +
                        (one ? " has" : " have") +
                        " no replica identity, so the server would refuse UPDATE and DELETE on " +
                        (one ? "it" : "them"),
                    "ALTER TABLE " + broken.front() +
                        " REPLICA IDENTITY FULL (or a primary key) lets it be published, "
                        "--exclude-table " +
                        broken.front() + " leaves it out.");
}

// ONLY: children by inheritance are tables of their own, chosen by their own names.
std::string publication_statement(const PublicationPlan& plan) {
  std::string sql = "CREATE PUBLICATION " + pg::quote_identifier(plan.name) + " FOR ";
  if (plan.all_tables) {
    sql += "ALL TABLES";
  } else {
    sql += "TABLE ";
    for (const auto& table : plan.tables) {
      sql += (&table == plan.tables.data() ? "ONLY " : ", ONLY ") + table;
    }
  }
  return sql + " WITH (publish_via_partition_root = true)";
}

std::vector<Candidate> read_candidates(pg::Connection& connection) {
  const auto result = connection.query(kCandidates);
  const auto number = [&](int row, int column) {
    return static_cast<std::uint32_t>(base::parse_unsigned(result.at(row, column)).value_or(0));
  };
  std::vector<Candidate> candidates;
  for (int row = 0; row < result.rows(); ++row) {
    Candidate candidate{.oid = number(row, 0),
                        .parent = number(row, 1),
                        .schema = result.text(row, 2),
                        .table = result.text(row, 3),
                        .root = result.at(row, 4) == "t"};
    candidate.identity = {.name = candidate.schema + "." + candidate.table,
                          .identity = result.at(row, 5).front(),
                          .primary_key = result.at(row, 6) == "t",
                          .index = result.at(row, 7) == "t"};
    candidates.push_back(std::move(candidate));
  }
  return candidates;
}

void make_publications(pg::Connection& connection,
                       const std::vector<std::string>& names,
                       const TableFilter& filter) {
  auto existing = read_publications(connection);
  std::vector<PublicationPlan> plans;
  for (const auto& name : names) {
    if (contains(existing, name)) continue;
    plans.push_back(plan_publication(name, read_candidates(connection), filter));
    require_sound(plans.back());
  }
  for (const auto& plan : plans) {
    connection.execute(publication_statement(plan));
    announce(plan, existing);
    existing.push_back(plan.name);
  }
}

}  // namespace cdckit::walcat
