// Modes insert, upsert and sync: reads lines until the input ends and decides when a batch is over.
#pragma once

#include "common/cli/run_tool.hpp"
#include "common/event/input.hpp"
#include "tools/pg-load/batch/acknowledger.hpp"
#include "tools/pg-load/batch/reporter.hpp"
#include "tools/pg-load/rows/row_loader.hpp"

namespace cdckit::pg_load {

class RowRun {
 public:
  RowRun(const Options& options, cli::Context& context, Session& session);
  base::ExitCode run();

 private:
  // False when the input is over.
  bool step();
  void take_row(const event::Item& item);
  void take_control(const event::Control& control);
  void take_border(const event::Control& control);
  void refuse_empty_picture() const;
  void finish();
  base::ExitCode interrupted();
  void commit(bool picture);
  void acknowledge();
  [[nodiscard]] bool due() const;
  [[nodiscard]] bool more_is_there() const;
  [[nodiscard]] std::chrono::milliseconds wait() const;

  const Options& options_;
  cli::Context& context_;
  bool sync_;
  event::Input input_;
  Rejects rejects_;
  RowLoader loader_;
  Acknowledger acknowledger_;
  Reporter reporter_;
  std::string pos_;  // of the newest border or checkpoint
  bool saw_control_ = false;
  bool saw_borders_ = false;
  bool picture_open_ = false;
  bool interrupted_ = false;
};

}  // namespace cdckit::pg_load
