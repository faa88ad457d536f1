// Puts snapshots on stdout as rows, between the borders and checkpoints that a sink needs, and
// waits at the end until the sink has acknowledged them (cdc-pipelines(7)).
#pragma once

#include "common/cli/run_tool.hpp"
#include "common/pipe/source_end.hpp"
#include "tools/opensky-fetch/output/output_settings.hpp"
#include "tools/opensky-fetch/request/request_settings.hpp"
#include "tools/opensky-fetch/rows/row_filter.hpp"
#include "tools/opensky-fetch/rows/row_writer.hpp"
#include "tools/opensky-fetch/rows/snapshot.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace cdckit::opensky_fetch {

struct PublisherSettings {
  const RequestSettings& request;
  const OutputSettings& output;
  std::chrono::milliseconds max_wait;
};

class Publisher {
 public:
  // `source_url` names the source in `hello`; `fd` is closed at the end.
  Publisher(cli::Context& context,
            const PublisherSettings& settings,
            const std::string& source_url,
            int fd);

  // Prints a snapshot whole, or nothing: not one that is not newer than the last (false), not one
  // that is malformed (throws Malformed). Waits while the pipe is full, until a stop (false).
  bool deliver(const Snapshot& snapshot);
  // Sleeps; true when a stop was asked for. Throws output_closed once the reader is gone.
  bool pause(std::chrono::milliseconds duration);
  // The run failed: what was printed whole still leaves, if the reader takes it.
  void flush();
  // Clean end: eof, close stdout, wait for its acknowledgement.
  base::ExitCode finish();

 private:
  std::uint64_t append_rows(std::string& out, const Snapshot& snapshot);
  void append_border(std::string& out, std::string_view phase, std::uint64_t rows);

  Endpoint endpoint_;
  std::chrono::milliseconds max_wait_;
  RowWriter writer_;
  RowFilter filter_;
  pipe::SourceEnd end_;
  std::string pos_;  // of the last snapshot
  std::uint64_t snapshots_ = 0;
  std::uint64_t rows_ = 0;
  std::optional<std::int64_t> last_time_;
  metrics::Counter& rows_total_;
  metrics::Counter& snapshots_total_;
};

}  // namespace cdckit::opensky_fetch
