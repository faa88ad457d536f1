// One run of walcat from the first connection to the last acknowledgement: prepares slot and
// publications, takes the snapshot if there is one to take, streams and comes back after a lost
// connection, ends cleanly.
#pragma once

#include "tools/walcat/change/changes.hpp"
#include "tools/walcat/debezium/make_encoding.hpp"
#include "tools/walcat/delivery/delivery.hpp"
#include "tools/walcat/server/early_login.hpp"
#include "tools/walcat/server/server.hpp"
#include "tools/walcat/server/slot_sampler.hpp"
#include "tools/walcat/snapshot/incremental_snapshot.hpp"
#include "tools/walcat/stream/meter.hpp"
#include "tools/walcat/stream/session_settings.hpp"
#include "tools/walcat/stream/streaming.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace cdckit::walcat {

class Session {
 public:
  Session(const SessionSettings& settings, cli::Context& context);
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
  bool stream_to_the_end();
  void stream_once(Streaming& streaming, pg::ReplicationStream& stream);
  void reconnect();
  void take_timeline(const ServerState& now);
  StreamLimits limits();
  base::ExitCode finish_without_stream();
  bool finish_stream(Streaming& streaming, pg::ReplicationStream& stream);
  void require_acknowledged(bool acknowledged);

  struct Links {
    std::unique_ptr<pg::Connection> sql;  // until the stream begins
    std::unique_ptr<pg::Connection> replication;
    EarlyLogin job;  // the snapshot's first
  };
  // What was found and decided before the first line.
  struct Start {
    std::vector<std::string> publications;
    std::string slot;
    ServerState server;
    StartPlan plan;
    NewSlot made;
  };
  struct Bounds {
    std::optional<std::uint64_t> until;
    std::optional<std::chrono::steady_clock::time_point> deadline;
    std::chrono::milliseconds status_interval{10'000};
  };
  struct Progress {
    bool restart_needed = false;  // another run must decide how to go on
    std::uint64_t reached = 0;    // of the stream, survives the connection
    std::uint64_t confirmed = 0;  // for the meter
  };

  const SessionSettings& settings_;
  cli::Context& context_;
  std::unique_ptr<Encoding> encoding_;
  TableFilter filter_;
  ColumnFilter columns_;
  TableSource source_;
  Start start_;                                       // outlives the worker below, which uses it
  std::unique_ptr<IncrementalSnapshot> incremental_;  // none where nothing is ever confirmed
  std::unique_ptr<Changes> changes_;
  Delivery delivery_;
  Meter meter_;
  std::optional<SlotSampler> sampler_;
  Links links_;
  Bounds bounds_;
  Progress progress_;
};

}  // namespace cdckit::walcat
