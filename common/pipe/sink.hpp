// What a tool that reads a pipe writes itself: where lines go and when they are durable. Everything
// else (reading, signals, checkpoints, acknowledgements, the exit code) is SinkEnd's.
// All calls come from the thread that called SinkEnd::run(); what they throw ends the run.
#pragma once

#include "common/event/input.hpp"

#include <chrono>
#include <cstdint>

namespace cdckit::pipe {

enum class Finish {
  whole,    // the input is over with all that it promised
  stopped,  // a signal came
  cut,      // tracked input that ended, or stopped, inside of something no checkpoint covers
};

class Sink {
 public:
  Sink() = default;
  Sink(const Sink&) = delete;
  Sink& operator=(const Sink&) = delete;
  virtual ~Sink() = default;

  virtual void on_event(const event::Item& item) = 0;
  virtual void on_row(const event::Item& item) = 0;
  // Every control line but ckpt and eof; hello included.
  virtual void on_control(const event::Item& /*item*/) {}
  // A ckpt, or an eof (then `eof`), was read. `mark` numbers it: 1, 2, 3 .. in this process. Once
  // all that was read before it is durable the sink calls SinkEnd::durable(mark, ..); marks may be
  // left out, a later one covers them.
  virtual void on_checkpoint(const event::Control& control, std::uint64_t mark, bool eof) = 0;

  // More is about to be read: the texts of all lines so far will be gone.
  virtual void on_reading() {}
  // How long the next line may be waited for before on_quiet(); negative: for ever.
  [[nodiscard]] virtual std::chrono::milliseconds patience() const = 0;
  // Nothing came for that long, or (`woken`) wake_fd() became readable.
  virtual void on_quiet(bool /*woken*/) {}
  [[nodiscard]] virtual int wake_fd() const { return -1; }

  // The end.
  // whole: make everything durable. stopped, cut: of tracked input make durable what checkpoints
  // cover and forget the rest, the source sends it again; of untracked input that was stopped make
  // durable what was read (or, where a mode cannot, forget it and return false).
  // True when nothing that was read is left behind.
  virtual bool finish(Finish how, bool tracked) = 0;
};

}  // namespace cdckit::pipe
