// The tool's main loop: reads lines, encodes rows into batches of their channels, sends them when
// they are full or old enough, settles what is committed, and leaves nothing behind at the end.
#pragma once

#include "common/ack/sink_ack.hpp"
#include "common/cli/run_tool.hpp"
#include "common/event/input.hpp"
#include "common/snow/sql_api.hpp"
#include "tools/snow-put/channels.hpp"
#include "tools/snow-put/merger.hpp"
#include "tools/snow-put/options.hpp"
#include "tools/snow-put/settlement.hpp"
#include "tools/snow-put/target_catalog.hpp"
#include "tools/snow-put/uploader.hpp"
#include "tools/snow-put/wakeup.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

namespace cdckit::snow_put {

class Put {
 public:
  Put(const Options& options, cli::Context& context, const snow::ConnectionSettings& settings);
  base::ExitCode run();

 private:
  bool step();  // false at the end of the input
  void on_event(const event::Item& item);
  void on_row(const event::Item& item);
  void on_control(const event::Item& item);
  void accept(ChannelWriter& writer, const RowInfo& info, const event::Item& item);
  void skip_duplicate(ChannelWriter& writer, const RowPosition& row, const event::Item& item);
  void bad_line(const event::Item& item, std::string_view reason);
  void on_quiet(event::ItemKind kind);
  void settle();
  void merge_when_due();
  void drain();
  void finish_merges();
  base::ExitCode finish(bool stopped);

  const Options& options_;
  cli::Context& context_;
  Wakeup wakeup_;
  snow::SqlApi api_;
  TargetCatalog catalog_;
  event::Input input_;
  Uploader uploader_;
  Channels channels_;
  Settlement settlement_;
  ack::SinkAck ack_;
  std::unique_ptr<Merger> merger_;
  metrics::Counter& read_;
  metrics::Counter& duplicates_;
  std::uint64_t run_number_;
  std::uint64_t sequence_ = 0;  // rows accepted
  std::uint64_t lines_ = 0;     // data lines read
  std::uint64_t lines_at_checkpoint_ = 0;
  std::chrono::steady_clock::time_point next_merge_;
};

}  // namespace cdckit::snow_put
