// Mode events: reads lines until the input ends and decides where transactions of the target end.
#pragma once

#include "common/cli/run_tool.hpp"
#include "common/event/input.hpp"
#include "tools/pg-load/batch/acknowledger.hpp"
#include "tools/pg-load/batch/reporter.hpp"
#include "tools/pg-load/events/event_loader.hpp"

namespace cdckit::pg_load {

class EventRun {
 public:
  EventRun(const Options& options, cli::Context& context, Session& session);
  base::ExitCode run();

 private:
  // False when the input is over.
  bool step();
  void take_event(const event::Item& item);
  void take_control(const event::Item& item);
  void commit();
  void commit_checkpoint();
  // What start_commit() began is over then, for better or worse.
  void finish_commit();
  bool commit_marked();
  void finish();
  base::ExitCode interrupted();
  [[nodiscard]] bool due() const;
  [[nodiscard]] bool checkpoint_due() const;
  [[nodiscard]] std::chrono::milliseconds wait() const;

  const Options& options_;
  cli::Context& context_;
  event::Input input_;
  Rejects rejects_;
  EventLoader loader_;
  Acknowledger acknowledger_;
  Reporter reporter_;
  bool at_checkpoint_ = false;  // nothing to apply came behind the newest one
  bool committing_ = false;
  bool interrupted_ = false;
};

}  // namespace cdckit::pg_load
