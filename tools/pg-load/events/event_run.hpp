// Mode events: decides where transactions of the target end, and which checkpoints they make
// durable. A sink of a pipe (common/pipe/sink.hpp). One thread; EventLoader has another one commit
// meanwhile.
#pragma once

#include "common/cli/run_tool.hpp"
#include "common/pipe/sink.hpp"
#include "common/pipe/sink_end.hpp"
#include "tools/pg-load/batch/commit_delay.hpp"
#include "tools/pg-load/batch/reporter.hpp"
#include "tools/pg-load/events/event_loader.hpp"
#include "tools/pg-load/events/idle_pace.hpp"

namespace cdckit::pg_load {

class EventRun final : private pipe::Sink {
 public:
  EventRun(const Options& options, cli::Context& context, Session& session);
  base::ExitCode run() { return end_.run(*this); }

 private:
  void on_event(const event::Item& item) override;
  void on_row(const event::Item& item) override;
  void on_control(const event::Item& item) override;
  void on_checkpoint(const event::Control& control, std::uint64_t mark, bool eof) override;
  [[nodiscard]] std::chrono::milliseconds patience() const override;
  void on_quiet(bool woken) override;
  bool finish(pipe::Finish how, bool tracked) override;

  void take_hello(const event::Control& control);
  void require_no_gap();
  void commit();
  void commit_checkpoint(bool eof);
  // What start_commit() began is over then, for better or worse.
  void finish_commit();
  bool commit_marked();
  bool commit_untracked();
  void report(const std::vector<Receipt>& receipts);
  void durable(std::uint64_t mark);
  [[nodiscard]] bool due() const;
  [[nodiscard]] bool checkpoint_due() const;
  // Nothing is to be applied, and the position reached is still to wait for its turn.
  [[nodiscard]] bool idle() const noexcept { return loader_.pending() == 0 && loader_.moved(); }
  [[nodiscard]] std::chrono::milliseconds batch_time_left() const;

  const Options& options_;
  pipe::SinkEnd end_;
  Rejects rejects_;
  EventLoader loader_;
  Reporter reporter_;
  CommitDelay delay_;
  IdlePace idle_pace_;
  std::string lost_since_;     // hello: the target has nothing from here ..
  std::string lost_until_;     // .. to here; empty: it lacks nothing
  std::uint64_t newest_ = 0;   // checkpoint that was read
  std::uint64_t sent_ = 0;     // checkpoint that start_commit() takes along
  std::uint64_t durable_ = 0;  // newest checkpoint that is
  bool committing_ = false;
};

}  // namespace cdckit::pg_load
