#include "tools/walcat/change/lost_key.hpp"

#include <algorithm>

namespace cdckit::walcat {

// A dropped primary key leaves no trace but an index that is missing, until the next VACUUM, and
// columns that stay NOT NULL.
std::string lost_key_warning(const Relation& relation, const CatalogTable& catalog, bool backlog) {
  if (relation.identity == 'd' || relation.identity == 'i') return "";
  const std::string name = '"' + relation.schema + "." + relation.table + '"';
  if (catalog.key_lost) {
    return "the catalog no longer knows the key that " + name +
           " had at this point of the stream: its lines carry none";
  }
  const bool may_have_had = std::any_of(catalog.columns.begin(),
                                        catalog.columns.end(),
                                        [](const auto& column) { return !column.nullable; });
  if (!catalog.index_dropped && !(backlog && may_have_had)) return "";
  return "table " + name +
         " has no primary key today: if it had one when these changes were made, " +
         "their lines lack it; --key names one";
}

}  // namespace cdckit::walcat
