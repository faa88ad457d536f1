// Looks at the published tables before anything is printed: flags that fit none of them, keys and
// masks that cannot be, and identities that surprise. Throws unavailable; warns where only the
// stream can tell.
#pragma once

#include "tools/walcat/filter/column_filter.hpp"
#include "tools/walcat/server/catalog.hpp"

#include <string>
#include <vector>

namespace cdckit::walcat {

struct Preflight {
  pg::Connection& connection;
  const std::vector<std::string>& publications;
  const TableFilter& tables;
  const Encoding& encoding;
  ColumnFilter& columns;
  bool backlog = false;           // the slot may hold changes of tables that look different today
  std::string resumed = {};       // slot whose stream goes on without a snapshot; empty: none
  std::uint32_t resumed_xid = 0;  // a transaction that is not younger than what that brings
};

void preflight(const Preflight& request);
// `unmatched`: the flag. Throws, or warns when a backlog may still have what it names.
void judge_unmatched(const std::string& unmatched, bool backlog);

}  // namespace cdckit::walcat
