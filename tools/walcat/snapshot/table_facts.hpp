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
// By the tables' OIDs.
std::map<std::uint32_t, TableSize> read_sizes(pg::Connection& connection,
                                              const std::vector<PublishedTable>& tables);

}  // namespace cdckit::walcat
