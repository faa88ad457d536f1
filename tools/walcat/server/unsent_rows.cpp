// tested by tests/integration/walcat/test_silent_changes.py::test_tables_that_come_with_rows
#include "tools/walcat/server/unsent_rows.hpp"

#include "tools/walcat/server/catalog.hpp"

#include <array>
#include <optional>

namespace cdckit::walcat {
namespace {

// With the oldest transaction that made the table, one it is a partition of, or a schema of theirs
// a member; a publication of all tables has no members.
constexpr const char* kMembers = R"(
  SELECT n.nspname, c.relname, member.xid
    FROM (SELECT DISTINCT schemaname, tablename FROM pg_publication_tables
           WHERE pubname = ANY($1::name[])) t
    JOIN pg_namespace n ON n.nspname = t.schemaname
    JOIN pg_class c ON c.relname = t.tablename AND c.relnamespace = n.oid
   CROSS JOIN LATERAL (
      SELECT m.xid FROM (
         SELECT r.xmin AS xid, r.prrelid AS oid FROM pg_publication_rel r
           JOIN pg_publication p ON p.oid = r.prpubid WHERE p.pubname = ANY($1::name[])
         UNION ALL
         SELECT s.xmin, inside.oid FROM pg_publication_namespace s
           JOIN pg_publication p ON p.oid = s.pnpubid
           JOIN pg_class inside ON inside.relnamespace = s.pnnspid
          WHERE p.pubname = ANY($1::name[])) m
       WHERE m.oid = c.oid OR m.oid IN (SELECT relid FROM pg_partition_ancestors(c.oid))
       ORDER BY age(m.xid) DESC LIMIT 1) member
   WHERE age(member.xid) <= age($2::xid) AND $3::oid IN (0, c.oid)
     AND NOT EXISTS (SELECT FROM pg_publication
                      WHERE puballtables AND pubname = ANY($1::name[]))
     AND has_table_privilege(c.oid, 'SELECT') AND NOT row_security_active(c.oid)
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
  connection.execute("BEGIN READ ONLY");
  try {
    connection.execute("SET LOCAL lock_timeout = '100ms'");
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
  std::optional<pg::Result> members;
  look_in_passing(connection, [&] { members = connection.query(kMembers, parameters); });
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
