// What snow-put does with the lines of its input: encodes rows into batches of their channels,
// sends them when they are full or old enough, settles what is committed, and leaves nothing behind
// at the end.
#pragma once

#include "common/cli/run_tool.hpp"
#include "common/pipe/sink_end.hpp"
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

class Put final : private pipe::Sink {
 public:
  Put(const Options& options, cli::Context& context, const snow::ConnectionSettings& settings);
  base::ExitCode run();

 private:
  void on_event(const event::Item& item) override;
  void on_row(const event::Item& item) override;
  void on_control(const event::Item& item) override;
  void on_checkpoint(const event::Control& control, std::uint64_t mark, bool eof) override;
  [[nodiscard]] std::chrono::milliseconds patience() const override;
  void on_quiet(bool woken) override;
  [[nodiscard]] int wake_fd() const override { return wakeup_.event_fd(); }
  bool finish(pipe::Finish how, bool tracked) override;

  void take_event(const event::Item& item);
  void take_row(const event::Item& item);
  void after_line();
  void accept(ChannelWriter& writer, const RowInfo& info, const event::Item& item);
  void skip_duplicate(ChannelWriter& writer, const RowPosition& row, const event::Item& item);
  void bad_line(const event::Item& item, std::string_view reason);
  void settle();
  void merge_when_due();
  void drain();
  void finish_merges();

  const Options& options_;
  cli::Context& context_;
  Wakeup wakeup_;
  snow::SqlApi api_;
  TargetCatalog catalog_;
  pipe::SinkEnd end_;
  Uploader uploader_;
  Channels channels_;
  Settlement settlement_;
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
