// tested by
// tests/integration/walcat/test_snapshot_modes.py::test_a_terminated_connection_begins_it_anew
// tested by
// tests/integration/walcat/test_snapshot_modes.py::test_bare_rows_are_not_repeated_without_a_word
#include "tools/walcat/snapshot/initial_snapshot.hpp"

#include "common/log/log.hpp"
#include "common/retry/retry.hpp"
#include "tools/walcat/server/lock_watch.hpp"
#include "tools/walcat/snapshot/import.hpp"

#include <algorithm>

namespace cdckit::walcat {

namespace {

// Names inside of values are printed as in the stream. But what a user wrote means what it means to
// the user: by the search path of role and database.
void use_path(pg::Connection& connection, const SnapshotOptions& options) {
  connection.execute(options.where.empty() ? kValuePath : "RESET search_path");
}

}  // namespace

bool InitialSnapshot::run(NewSlot exported) {
  retry::Attempts attempts(retry_policy(request_.server), request_.stop, retry_observer());
  std::uint64_t farthest = 0;
  for (;;) {
    const auto before = changes_.lines();
    try {
      return attempt(std::exchange(exported, {}));
    } catch (const base::Error& error) {
      // a stop ends the wait for a lock or a server too: nothing is wrong then
      if (error.retryable() && request_.stop.stop_requested()) return false;
      // a row that always breaks the connection must not be tried for ever
      const auto rows = changes_.lines() - before;
      if (rows > farthest) attempts.succeeded();
      farthest = std::max(farthest, rows);
      require_restartable(error);
      attempts.failed(error);
      request_.check_slot();
      log::warning("the snapshot was cut off: it begins anew");
    }
  }
}

// Rows that were printed come again. Where borders or the stream behind tell a reader how to take
// that, it may be so; a bare list of rows would be wrong without notice.
void InitialSnapshot::require_restartable(const base::Error& error) const {
  const bool bare = request_.options.mode == SnapshotMode::only && !delivery_.control();
  if (!error.retryable() || !bare || changes_.lines() == 0) return;
  throw base::Error(error.kind(),
                    error.what(),
                    "Rows were printed already: with --control or --ack the snapshot would have "
                    "begun anew by itself.");
}

// A slot that was there before has no snapshot to give any more: a temporary one exports a new one,
// the stream then begins where the old slot stands.
bool InitialSnapshot::attempt(NewSlot exported) {
  auto connections = connect_jobs();
  std::unique_ptr<pg::Connection> exporter;
  if (exported.snapshot.empty()) {
    exporter = connect(request_.server, true, request_.stop);
    exported =
        create_slot(*exporter,
                    {.name = temporary_slot_name(), .temporary = true, .export_snapshot = true},
                    request_.stop);
  }
  for (const auto& connection : connections) import_snapshot(*connection, exported.snapshot);
  exporter.reset();
  const auto published = hold(connections);
  Snapshot snapshot({.identity = request_.identity,
                     .consistent_point = exported.consistent_point,
                     .limit = request_.limit,
                     .tick = request_.tick,
                     .meter = request_.meter},
                    changes_,
                    delivery_);
  try {
    const auto tables = this->tables(*connections.front(), published);
    for (const auto& connection : connections) use_path(*connection, request_.options);
    const bool whole = snapshot.run(connections, tables);
    request_.meter.end();
    return whole;
  } catch (const pg::ServerError& error) {
    rethrow_as_changed(error);
  }
}

// Newer servers lock the tables for this too.
std::vector<PublishedTable> InitialSnapshot::published_tables(pg::Connection& connection) const {
  const LockWatch watch(connection, request_.stop, request_.tick);
  return Catalog(connection).published_tables(request_.publications, request_.filter);
}

// The tables as the snapshot sees them, which no job's transaction lets change any more.
std::vector<PublishedTable> InitialSnapshot::hold(const Connections& connections) const {
  pg::Connection& first = *connections.front();
  auto published = published_tables(first);
  // nothing that a row could say
  std::erase_if(published, [](const auto& table) { return table.relation.columns.empty(); });
  for (const auto& connection : connections) {
    const LockWatch watch(*connection, request_.stop, request_.tick);
    hold_tables(*connection, published);
  }
  require_unchanged(first, published);
  return published;
}

Connections InitialSnapshot::connect_jobs() {
  Connections connections;
  if (request_.first != nullptr) connections.push_back(std::move(request_.first));
  while (connections.size() < request_.options.jobs) {
    connections.push_back(connect(request_.server, false, request_.stop));
  }
  return connections;
}

namespace {

// The first to see conditions: what the server cannot even plan is a mistake in --where.
double guess(pg::Connection& connection, const PublishedTable& table, const TableSelect& select) {
  try {
    return planned_rows(connection, select);
  } catch (const pg::ServerError& error) {
    const std::string& code = error.sqlstate();
    if (!code.starts_with("42") || code == "42501" || code == "42P01") throw;
    const std::string said = error.what();  // could not run ..: why
    throw base::Error(base::ErrorKind::usage,
                      "could not use --where for table \"" + table.relation.schema + "." +
                          table.relation.table + "\"" +
                          said.substr(std::min(said.find(": "), said.size())));
  }
}

}  // namespace

std::vector<SnapshotTable> InitialSnapshot::tables(pg::Connection& connection,
                                                   const std::vector<PublishedTable>& published) {
  const auto functions = read_output_functions(connection, published);
  const auto facts = read_table_facts(connection, published);
  Conditions conditions(request_.options.where);
  use_path(connection, request_.options);
  std::vector<SnapshotTable> tables;
  double expected = 0;
  for (const auto& source : published) {
    const TableFacts& known = facts.at(source.relation.oid);
    TableSelect select = select_of(source, functions);
    for (auto& text : conditions.of(source.relation.schema, source.relation.table)) {
      select.filters.push_back(std::move(text));
    }
    const double rows =
        select.filters.empty() ? known.size.rows : guess(connection, source, select);
    expected = rows < 0 || expected < 0 ? -1 : expected + rows;
    tables.push_back({.table = &changes_.snapshot_table(source.relation),
                      .sources = sources(source, known, select, functions)});
  }
  number_leaves(tables);
  conditions.require_all_used();
  request_.meter.begin(tables.size(), expected);
  return tables;
}

// Several jobs share the leaves of a partitioned table; one reads it as the server orders it.
std::vector<SnapshotSource> InitialSnapshot::sources(const PublishedTable& table,
                                                     const TableFacts& facts,
                                                     const TableSelect& select,
                                                     const OutputFunctions& functions) const {
  const auto jobs = request_.options.jobs;
  if (jobs < 2 || facts.leaves.empty()) return {{select, cut(facts.size, jobs)}};
  std::vector<SnapshotSource> sources;
  for (const auto& leaf : facts.leaves) {
    sources.push_back({.select = select_leaf(table, leaf.name, functions, select.filters),
                       .ranges = cut(leaf.size, jobs)});
  }
  return sources;
}

}  // namespace cdckit::walcat
