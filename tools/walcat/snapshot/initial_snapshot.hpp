// A complete picture of the published tables before the stream: exports a snapshot, reads the
// tables, and begins anew by itself when a connection is lost meanwhile, as long as --retry-for
// lasts without progress. Throws what the last attempt threw; output failures at once.
#pragma once

#include "tools/walcat/server/server.hpp"
#include "tools/walcat/server/slot.hpp"
#include "tools/walcat/snapshot/snapshot.hpp"
#include "tools/walcat/snapshot/snapshot_flags.hpp"
#include "tools/walcat/snapshot/table_facts.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace cdckit::walcat {

struct InitialRequest {
  const ConnectSettings& server;
  const SnapshotOptions& options;
  signals::StopToken stop;
  const TableFilter& filter;
  const std::vector<std::string>& publications;
  SourceIdentity identity;
  std::uint64_t limit = 0;           // data lines
  std::function<void()> tick;        // keeps other things alive
  std::function<void()> check_slot;  // throws when the slot that the stream will read is gone
  std::unique_ptr<pg::Connection> first = {};  // one that is there already, none is needed
  SnapshotMeter& meter;
};

using Connections = std::vector<std::unique_ptr<pg::Connection>>;

class InitialSnapshot {
 public:
  InitialSnapshot(InitialRequest request, Changes& changes, Delivery& delivery)
      : request_(std::move(request)), changes_(changes), delivery_(delivery) {}

  // `exported`: came with the slot made just now; without one a temporary slot exports another.
  // False when a stop or --limit cut it short.
  bool run(NewSlot exported);

 private:
  bool attempt(NewSlot exported);
  [[nodiscard]] Connections connect_jobs();
  std::vector<PublishedTable> published_tables(pg::Connection& connection) const;
  [[nodiscard]] std::vector<PublishedTable> hold(const Connections& connections) const;
  std::vector<SnapshotTable> tables(pg::Connection& connection,
                                    const std::vector<PublishedTable>& published);
  [[nodiscard]] std::vector<SnapshotSource> sources(const PublishedTable& table,
                                                    const TableFacts& facts,
                                                    const TableSelect& select,
                                                    const OutputFunctions& functions) const;
  void require_restartable(const base::Error& error) const;

  InitialRequest request_;
  Changes& changes_;
  Delivery& delivery_;
};

}  // namespace cdckit::walcat
