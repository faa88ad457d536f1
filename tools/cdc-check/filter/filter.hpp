// What becomes of a line: it goes on, is kept back in the quarantine, or stops the run. A Sink of
// common/pipe that hands every line on; control lines in their place, a checkpoint only when the
// quarantine is durable. One thread.
#pragma once

#include "common/pipe/sink.hpp"
#include "common/pipe/sink_end.hpp"
#include "tools/cdc-check/filter/checker.hpp"
#include "tools/cdc-check/filter/line_output.hpp"
#include "tools/cdc-check/report/tally.hpp"

#include <chrono>

namespace cdckit::cdc_check {

class Filter final : public pipe::Sink {
 public:
  Filter(cli::Context& context, Checker& checker, Tally& tally, pipe::SinkEnd& end, int output);

  void on_event(const event::Item& item) override;
  void on_row(const event::Item& item) override;
  void on_control(const event::Item& item) override;
  void on_checkpoint(const event::Control& control, std::uint64_t mark, bool eof) override;
  void on_reading() override { output_.keep(); }
  // Lines that wait go out before anything is waited for; what is kept back is durable soon.
  [[nodiscard]] std::chrono::milliseconds patience() const override {
    if (!output_.empty()) return std::chrono::milliseconds(0);
    return std::chrono::milliseconds(tally_.all_kept() ? -1 : 1'000);
  }
  void on_quiet(bool woken) override;
  bool finish(pipe::Finish how, bool tracked) override;

 private:
  void judge(const event::Item& item, const std::vector<Broken>& broken);
  void let_pass(std::string_view line);
  void keep_back(const event::Item& item, const Broken& worst, std::size_t others);
  void warn_once(const event::Item& item, const std::vector<Broken>& broken);
  // Everything good goes on, everything bad is on disk.
  void settle_all();

  cli::Context& context_;
  Checker& checker_;
  Tally& tally_;
  pipe::SinkEnd& end_;
  LineOutput output_;
  std::vector<bool> warned_;
};

}  // namespace cdckit::cdc_check
