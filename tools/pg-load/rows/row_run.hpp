// Modes insert, upsert and sync, as a sink of a pipe: decides when a batch, or a picture, is over.
#pragma once

#include "common/cli/run_tool.hpp"
#include "common/pipe/sink_end.hpp"
#include "tools/pg-load/batch/reporter.hpp"
#include "tools/pg-load/rows/row_loader.hpp"

namespace cdckit::pg_load {

class RowRun : public pipe::Sink {
 public:
  RowRun(const Options& options, cli::Context& context, Session& session);
  base::ExitCode run();

  void on_event(const event::Item& item) override;
  void on_row(const event::Item& item) override;
  void on_control(const event::Item& item) override;
  void on_checkpoint(const event::Control& control, std::uint64_t mark, bool eof) override;
  [[nodiscard]] std::chrono::milliseconds patience() const override;
  void on_quiet(bool woken) override;
  bool finish(pipe::Finish how, bool tracked) override;

 private:
  void reject(const event::Item& item, std::string_view reason);
  void take_border(const event::Control& control);
  void refuse_empty_picture() const;
  void commit(bool picture);
  void commit_end(pipe::Finish how, bool tracked);
  void acknowledge();
  [[nodiscard]] bool due() const;
  [[nodiscard]] bool in_batches() const { return !sync_ && !options_.atomic; }
  [[nodiscard]] bool settled() const { return !picture_open_ && loader_.pending_rows() == 0; }

  const Options& options_;
  bool sync_;
  pipe::SinkEnd end_;
  Rejects rejects_;
  RowLoader loader_;
  Reporter reporter_;
  std::string pos_;         // of the newest border or checkpoint
  std::uint64_t mark_ = 0;  // of the newest checkpoint
  bool saw_control_ = false;
  bool saw_borders_ = false;
  bool picture_open_ = false;
};

}  // namespace cdckit::pg_load
