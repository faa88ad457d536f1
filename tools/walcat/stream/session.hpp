// One run of walcat from the first connection to the last acknowledgement: prepares slot and
// publications, takes the snapshot if there is one to take, streams and comes back after a lost
// connection, ends cleanly.
#pragma once

#include "tools/walcat/debezium/make_encoding.hpp"
#include "tools/walcat/options.hpp"
#include "tools/walcat/server/server.hpp"
#include "tools/walcat/server/slot_sampler.hpp"
#include "tools/walcat/snapshot/incremental_snapshot.hpp"
#include "tools/walcat/stream/changes.hpp"
#include "tools/walcat/stream/delivery.hpp"
#include "tools/walcat/stream/meter.hpp"
#include "tools/walcat/stream/streaming.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace cdckit::walcat {

class Session {
 public:
  Session(const Options& options, cli::Context& context);
  base::ExitCode run();

 private:
  void prepare();
  void prepare_publications();
  void read_status_interval();
  void make_slot();
  void make_incremental();
  void announce();
  void sample_slot();
  bool take_snapshot();
  void check_temporary_slot();
  bool stream();
  void stream_once(Streaming& streaming, pg::ReplicationStream& stream);
  void reconnect();
  void take_timeline(const ServerState& now);
  StreamLimits limits();
  base::ExitCode finish_without_stream();
  bool finish_stream(Streaming& streaming, pg::ReplicationStream& stream);
  void require_acknowledged(bool acknowledged);

  const Options& options_;
  cli::Context& context_;
  std::unique_ptr<Encoding> encoding_;
  TableFilter filter_;
  ColumnFilter columns_;
  TableSource source_;
  std::unique_ptr<IncrementalSnapshot> incremental_;  // none where nothing is ever confirmed
  std::unique_ptr<Changes> changes_;
  Delivery delivery_;
  Meter meter_;
  std::optional<SlotSampler> sampler_;
  std::unique_ptr<pg::Connection> sql_;
  std::unique_ptr<pg::Connection> replication_;
  std::vector<std::string> publications_;
  std::string slot_;
  ServerState server_;
  StartPlan plan_;
  NewSlot new_slot_;
  std::optional<std::uint64_t> until_;
  std::optional<std::chrono::steady_clock::time_point> deadline_;
  std::chrono::milliseconds status_interval_{10'000};
  bool restart_needed_ = false;  // another run must decide how to go on
  std::uint64_t reached_ = 0;    // of the stream, survives the connection
  std::uint64_t confirmed_ = 0;  // for the meter
};

}  // namespace cdckit::walcat
