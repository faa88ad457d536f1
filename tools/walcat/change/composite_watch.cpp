#include "tools/walcat/change/composite_watch.hpp"

#include "common/log/log.hpp"
#include "tools/walcat/change/transaction_order.hpp"

#include <algorithm>

namespace cdckit::walcat {

void CompositeWatch::met(const Relation& relation, const Table& table) {
  if (!table.composites.any) return;
  relations_[relation.oid] = relation;
  if (table.composites.altered.empty() || !warned_.insert(relation.oid).second) return;
  const std::string name = relation.schema + "." + relation.table;
  log::warning("type \"" + table.composites.altered.front() + "\" in table \"" + name +
               "\" was altered after changes that are read now: their values are printed as "
               "PostgreSQL's text where the names of that time are not known; walcat snapshot " +
               name + " reads the rows as they are");
}

const Relation* CompositeWatch::outdated(const Table& table,
                                         std::uint32_t oid,
                                         std::uint32_t xid,
                                         std::uint64_t commit) {
  const auto found = relations_.find(oid);
  if (found == relations_.end()) return nullptr;
  const auto& facts = table.composites;
  const bool crossed =
      std::any_of(facts.changes.begin(), facts.changes.end(), [&](std::uint32_t change) {
        return precedes(change, xid) != precedes(change, table.composites_xid);
      });
  if (!crossed && commit <= facts.as_of) return nullptr;
  asked_ = found->second;
  asked_.xid = xid;
  return &asked_;
}

}  // namespace cdckit::walcat
