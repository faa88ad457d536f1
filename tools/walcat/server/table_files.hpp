// Which files hold the rows of a table and its partitions, and how those came to it: what is
// compared to notice changes that no event tells (change/silent_changes.hpp). Throws like
// pg::Connection.
#pragma once

#include "common/pg/connection.hpp"
#include "tools/walcat/encode/table.hpp"

namespace cdckit::walcat {

// Fills files, attached, as_of and root.
void read_table_files(pg::Connection& connection, const Relation& relation, CatalogTable& table);

}  // namespace cdckit::walcat
