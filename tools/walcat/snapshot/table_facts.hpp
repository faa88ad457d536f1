// What the catalog says about the tables of a snapshot beyond their columns: how large they are and
// how the server prints values that are not read in binary. Throws like pg::Connection.
#pragma once

#include "common/pg/connection.hpp"
#include "tools/walcat/snapshot/ranges.hpp"
#include "tools/walcat/snapshot/select.hpp"

#include <cstdint>
#include <map>
#include <vector>

namespace cdckit::walcat {

OutputFunctions read_output_functions(pg::Connection& connection,
                                      const std::vector<PublishedTable>& tables);
struct Leaf {
  LeafName name;
  TableSize size;
};
struct TableFacts {
  TableSize size;            // of a partitioned table: rows of all leaves, no blocks
  std::vector<Leaf> leaves;  // none when they cannot be read in the root's place
};
// By the tables' OIDs.
std::map<std::uint32_t, TableFacts> read_table_facts(pg::Connection& connection,
                                                     const std::vector<PublishedTable>& tables);
// How many rows the planner expects of a select with filters; negative: it does not say.
double planned_rows(pg::Connection& connection, const TableSelect& select);

}  // namespace cdckit::walcat
