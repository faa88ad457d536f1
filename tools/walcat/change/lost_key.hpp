// Why lines of a table may lack a key that the table had when its changes were made. The stream
// says which columns are the key only with the identities DEFAULT and USING INDEX; otherwise the
// catalog is asked, and that may have moved on. Pure.
#pragma once

#include "tools/walcat/encode/table.hpp"

#include <string>

namespace cdckit::walcat {

// Of a table that came out without a key; empty: there was surely none. `backlog`: the changes are
// older than this run, so that nobody has seen what the catalog was then.
std::string lost_key_warning(const Relation& relation, const CatalogTable& catalog, bool backlog);

}  // namespace cdckit::walcat
