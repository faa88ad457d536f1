#include "tools/walcat/snapshot/initial_snapshot.hpp"

#include "common/log/log.hpp"
#include "common/retry/retry.hpp"

#include <algorithm>

namespace cdckit::walcat {

bool InitialSnapshot::run(NewSlot exported) {
  retry::Attempts attempts(retry_policy(request_.options), request_.stop, retry_observer());
  std::uint64_t farthest = 0;
  for (;;) {
    const auto before = changes_.lines();
    try {
      return attempt(std::exchange(exported, {}));
    } catch (const base::Error& error) {
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
  const bool bare = request_.options.snapshot.mode == SnapshotMode::only && !delivery_.control();
  if (!error.retryable() || !bare || changes_.lines() == 0) return;
  throw base::Error(error.kind(),
                    error.what(),
                    "Rows were printed already: with --control or --ack the snapshot would have "
                    "begun anew by itself.");
}

// A slot that was there before has no snapshot to give any more: a temporary one exports a new one,
// the stream then begins where the old slot stands.
bool InitialSnapshot::attempt(NewSlot exported) {
  const auto connection = connect(request_.options, false, request_.stop);
  std::unique_ptr<pg::Connection> exporter;
  if (exported.snapshot.empty()) {
    exporter = connect(request_.options, true, request_.stop);
    exported =
        create_slot(*exporter,
                    {.name = temporary_slot_name(), .temporary = true, .export_snapshot = true},
                    request_.stop);
  }
  import_snapshot(*connection, exported.snapshot);
  exporter.reset();
  const auto tables = Catalog(*connection).published_tables(request_.publications, request_.filter);
  Snapshot snapshot({.identity = request_.identity,
                     .consistent_point = exported.consistent_point,
                     .limit = request_.limit,
                     .tick = request_.tick},
                    *connection,
                    changes_,
                    delivery_);
  return snapshot.run(tables);
}

}  // namespace cdckit::walcat
