// tested by tests/integration/walcat/test_silent_changes.py::test_tables_that_come_with_rows
#include "tools/walcat/server/unsent_rows.hpp"

#include "common/pg/catalog_sql.hpp"
#include "tools/walcat/server/catalog.hpp"

#include <array>
#include <optional>

namespace cdckit::walcat {
namespace {

// Which tables are looked at: what is published, or one of which that is known.
constexpr const char* kPublished = R"(
  SELECT c.oid FROM pg_publication_tables t
    JOIN pg_namespace n ON n.nspname = t.schemaname
    JOIN pg_class c ON c.relname = t.tablename AND c.relnamespace = n.oid
   WHERE t.pubname = ANY($1::name[]) AND $3::oid = 0)";
constexpr const char* kOne = "SELECT $3::oid AS oid";

// With the oldest transaction that made the table, one it is a partition of, or a schema of theirs
// a member; a publication of all tables has no members.
constexpr const char* kMembers = R"(
  WITH published AS (SELECT DISTINCT oid FROM ({published}) p),
       publication AS (SELECT oid, puballtables FROM pg_publication
                        WHERE pubname = ANY($1::name[])),
       above AS (SELECT oid, oid AS above FROM published
                  UNION ALL
                 SELECT p.oid, a.relid FROM published p, pg_partition_ancestors(p.oid) a
                  WHERE a.relid <> p.oid),
       member AS (SELECT a.oid, r.xmin AS xid FROM above a
                    JOIN pg_publication_rel r ON r.prrelid = a.above
                    JOIN publication p ON p.oid = r.prpubid
                   UNION ALL
                  SELECT a.oid, s.xmin FROM above a JOIN pg_class c ON c.oid = a.above
                    JOIN pg_publication_namespace s ON s.pnnspid = c.relnamespace
                    JOIN publication p ON p.oid = s.pnpubid)
  SELECT n.nspname, c.relname, (array_agg(m.xid ORDER BY age(m.xid) DESC))[1]
    FROM member m JOIN pg_class c ON c.oid = m.oid
    JOIN pg_namespace n ON n.oid = c.relnamespace
   WHERE (SELECT NOT bool_or(puballtables) FROM publication)
     AND has_table_privilege(c.oid, 'SELECT') AND NOT row_security_active(c.oid)
   GROUP BY c.oid, n.nspname, c.relname
  HAVING max(age(m.xid)) <= age($2::xid)
   ORDER BY 1, 2)";

bool has_older_rows(pg::Connection& connection, const UnsentRows& one, const std::string& xid) {
  const std::array<pg::Parameter, 1> parameters{pg::Parameter(xid)};
  const auto result =
      connection.query("SELECT EXISTS (SELECT FROM " + connection.quote_identifier(one.schema) +
                           "." + connection.quote_identifier(one.table) +
                           " WHERE ctid < '(16,0)' AND age(xmin) > age($1::xid))",
                       parameters);
  return result.at(0, 0) == "t";
}

// No lock of another session keeps a run from its start, and no refusal ends it.
template <class Look>
void look_in_passing(pg::Connection& connection, const Look& look) {
  connection.execute("BEGIN READ ONLY; SET LOCAL lock_timeout = '100ms'");
  try {
    look();
    connection.execute("COMMIT");
  } catch (const pg::ServerError& error) {
    if (error.sqlstate().empty()) throw;
    connection.execute("ROLLBACK");
  }
}

}  // namespace

std::vector<UnsentRows> find_unsent_rows(pg::Connection& connection,
                                         const std::vector<std::string>& publications,
                                         std::uint32_t since,
                                         std::uint32_t oid) {
  const std::string names = array_text(publications);
  const std::string since_text = std::to_string(since);
  const std::string oid_text = std::to_string(oid);
  const std::array<pg::Parameter, 3> parameters{
      pg::Parameter(names), pg::Parameter(since_text), pg::Parameter(oid_text)};
  const auto sql = pg::filled(kMembers, "{published}", oid == 0 ? kPublished : kOne);
  std::optional<pg::Result> members;
  look_in_passing(connection, [&] { members = connection.query(sql, parameters); });
  std::vector<UnsentRows> found;
  for (int row = 0; members && row < members->rows(); ++row) {
    const UnsentRows one{members->text(row, 0), members->text(row, 1)};
    look_in_passing(connection, [&] {
      if (has_older_rows(connection, one, members->text(row, 2))) found.push_back(one);
    });
  }
  return found;
}

}  // namespace cdckit::walcat
