// Puts snapshots on stdout as rows, between the borders and checkpoints that a sink needs, and
// waits at the end until the sink has acknowledged them (cdc-pipelines(7)).
#pragma once

#include "common/ack/source_ack.hpp"
#include "common/cli/run_tool.hpp"
#include "common/io/output_thread.hpp"
#include "tools/opensky-fetch/options.hpp"
#include "tools/opensky-fetch/rows/row_filter.hpp"
#include "tools/opensky-fetch/rows/row_writer.hpp"
#include "tools/opensky-fetch/rows/snapshot.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace cdckit::opensky_fetch {

class Publisher {
 public:
  // `source_url` names the source in `hello`; `fd` is closed at the end.
  Publisher(cli::Context& context, const Options& options, const std::string& source_url, int fd);

  // Prints a snapshot whole, or nothing: not one that is not newer than the last (false), not one
  // that is malformed (throws Malformed). Waits while the pipe is full.
  bool deliver(const Snapshot& snapshot);
  // Sleeps; true when a stop was asked for. Throws output_closed once the reader is gone.
  bool pause(std::chrono::milliseconds duration);
  // The run failed: what was printed whole still leaves, if the reader takes it.
  void flush();
  // Clean end: eof, close stdout, wait for its acknowledgement.
  base::ExitCode finish();

 private:
  std::uint64_t append_rows(std::string& out, const Snapshot& snapshot);
  void append_borders(std::string& out, std::string_view phase, std::uint64_t rows);
  bool wait_for_ack();
  void wait_for_room();

  cli::Context& context_;
  Endpoint endpoint_;
  std::chrono::milliseconds max_wait_;
  bool controls_;
  ack::SourceAck ack_;
  RowWriter writer_;
  RowFilter filter_;
  io::OutputThread output_;
  std::string run_;
  std::uint64_t seq_ = 0;
  std::string pos_;  // of the last snapshot
  std::optional<std::int64_t> last_time_;
  metrics::Counter& rows_total_;
  metrics::Counter& snapshots_total_;
};

}  // namespace cdckit::opensky_fetch
