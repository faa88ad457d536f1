// Tables that came to a publication with rows that they had. Publishing sends what changes from
// then on, so no event ever brings those rows, and nothing in the stream says so: their age beside
// that of the membership does. Only a look, which neither waits for a lock nor ends the run: what
// may not be read is passed over. Throws only when the connection is lost.
#pragma once

#include "common/pg/connection.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace cdckit::walcat {

struct UnsentRows {
  std::string schema;
  std::string table;
};

// Of the tables that came to all their publications by a transaction not older than `since`; `oid`
// names one table, 0 all. Looks at the first pages of each, where old rows are.
std::vector<UnsentRows> find_unsent_rows(pg::Connection& connection,
                                         const std::vector<std::string>& publications,
                                         std::uint32_t since,
                                         std::uint32_t oid = 0);

}  // namespace cdckit::walcat
