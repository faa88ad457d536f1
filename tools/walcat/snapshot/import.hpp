// The transactions that read an exported snapshot. An imported snapshot locks nothing: ALTER TABLE
// that rewrites a table in between would make it look empty, since the new file has no row that is
// old enough. So each transaction locks its tables first, and then the files are compared with
// those that the snapshot knows. Throws like pg::Connection; temporary when the snapshot is of no
// use any more: another one is.
#pragma once

#include "common/pg/connection.hpp"
#include "tools/walcat/server/catalog.hpp"

#include <string>
#include <vector>

namespace cdckit::walcat {

// Begins the transaction that sees the exported snapshot.
void import_snapshot(pg::Connection& connection, const std::string& snapshot);
// Keeps these tables, and their partitions, as they are until the transaction ends. Waits for
// whoever changes one now: see LockWatch.
void hold_tables(pg::Connection& connection, const std::vector<PublishedTable>& tables);
// Once they are held: throws when one was rewritten, or is gone, since the snapshot was exported.
void require_unchanged(pg::Connection& connection, const std::vector<PublishedTable>& tables);
// `could not ..` for what only a change of a table since the snapshot explains: worth another
// snapshot. Other errors as they are.
[[noreturn]] void rethrow_as_changed(const pg::ServerError& error);

}  // namespace cdckit::walcat
