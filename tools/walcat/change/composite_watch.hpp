// Composite types, and tables whose row type is a column, change without a word in the stream. Here
// is decided when a table that has such columns must be described again: for a transaction on the
// other side of a change that is known, and for one that is newer than the last look at the
// catalog. Pure.
#pragma once

#include "tools/walcat/encode/table.hpp"

#include <cstdint>
#include <string>
#include <unordered_map>
#include <unordered_set>

namespace cdckit::walcat {

class CompositeWatch {
 public:
  // A relation as it was announced. Warns once for each table whose values may be of a shape that
  // the catalog does not know any more.
  void met(const Relation& relation, const Table& table);
  // The relation to describe again for the transaction `xid` that ended at `commit`; null: not
  // needed.
  const Relation* outdated(const Table& table,
                           std::uint32_t oid,
                           std::uint32_t xid,
                           std::uint64_t commit);

 private:
  std::unordered_map<std::uint32_t, Relation> relations_;
  std::unordered_set<std::uint32_t> warned_;
  Relation asked_;
};

}  // namespace cdckit::walcat
