// tested by tests/integration/walcat/test_silent_changes.py::test_files_while_it_reads
// tested by tests/integration/walcat/test_silent_changes.py::test_partitions_that_come_with_rows
#include "tools/walcat/server/table_files.hpp"

#include "common/base/text.hpp"
#include "common/event/position.hpp"

#include <array>
#include <cstdint>
#include <string>

namespace cdckit::walcat {
namespace {

// A table that is no partition and has none is no tree. A partition that was made as one is in it
// by the transaction that made its row type.
constexpr const char* kFiles = R"(
  SELECT part.oid, pg_relation_filenode(part.oid),
         CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn()
              ELSE pg_current_wal_insert_lsn() END, n.nspname, r.relname,
         EXISTS (SELECT FROM pg_partition_ancestors(part.oid) above
                   JOIN pg_inherits i ON i.inhrelid = above.relid
                   JOIN pg_class c ON c.oid = i.inhrelid JOIN pg_type t ON t.oid = c.reltype
                  WHERE i.xmin <> t.xmin)
    FROM (SELECT relid::oid AS oid FROM pg_partition_tree($1::oid) UNION SELECT $1::oid) part
    LEFT JOIN pg_class r ON r.oid = pg_partition_root($1::oid) AND r.oid <> $1::oid
    LEFT JOIN pg_namespace n ON n.oid = r.relnamespace
   WHERE pg_relation_filenode(part.oid) IS NOT NULL)";

std::uint32_t number_at(const pg::Result& result, int row, int column) {
  return static_cast<std::uint32_t>(base::parse_unsigned(result.at(row, column)).value_or(0));
}

}  // namespace

void read_table_files(pg::Connection& connection, const Relation& relation, CatalogTable& table) {
  const std::string oid = std::to_string(relation.oid);
  const std::array<pg::Parameter, 1> parameters{pg::Parameter(oid)};
  const auto result = connection.query(kFiles, parameters);
  for (int row = 0; row < result.rows(); ++row) {
    const std::uint32_t leaf = number_at(result, row, 0);
    table.files[leaf] = number_at(result, row, 1);
    table.as_of = event::parse_lsn(result.at(row, 2)).value_or(0);
    table.root = {.schema = result.text(row, 3), .table = result.text(row, 4)};
    if (result.at(row, 5) == "t") table.attached.insert(leaf);
  }
}

}  // namespace cdckit::walcat
