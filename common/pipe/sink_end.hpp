// The reading end of a pipe, the same for every sink (cdc-pipelines(7), S1 to S5): reads stdin
// until it ends or a signal comes, hands lines to the tool's Sink, numbers checkpoints,
// acknowledges them when the tool says that they are durable, and works out the exit code.
//
// Owns the input with its reject file, the ack file and the ledger of checkpoints. One thread.
//
// The first signal: untracked input is not read on, whatever more there is. Tracked input is read
// up to its source's eof, so that Ctrl-C on the whole pipe ends both sides clean, for a bounded
// time; then what checkpoints cover is made durable. 0 (1 with rejected lines) when nothing that
// was read is left behind, else 75. The second signal ends the process at once (signals/stop.hpp).
// Receipts that nobody reads any more end it too (output_closed), also while nothing comes.
#pragma once

#include "common/ack/sink_ack.hpp"
#include "common/cli/run_tool.hpp"
#include "common/event/input.hpp"
#include "common/event/source.hpp"
#include "common/pipe/ledger.hpp"
#include "common/pipe/sink.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace cdckit::pipe {

struct SinkSettings {
  std::string name;  // in the ack file: kafka:flights
  int input = 0;
  int output = 1;  // where its receipts go; -1: none
  // a filter: every control line goes on, and who acknowledges what is between its neighbours
  bool passes_on = false;
  std::chrono::milliseconds drain_limit{2000};  // of tracked input after the first signal
};

// For event::Input, from --on-error, --reject, --max-line.
event::InputSettings input_settings(const cli::Context& context);

class SinkEnd {
 public:
  // Takes the ack file: throws temporary when another sink holds it, cannot_create when it cannot
  // be made.
  SinkEnd(cli::Context& context, SinkSettings settings, io::System& system = io::system());
  SinkEnd(const SinkEnd&) = delete;
  SinkEnd& operator=(const SinkEnd&) = delete;
  ~SinkEnd() = default;

  base::ExitCode run(Sink& sink);

  // Everything read before checkpoint `mark` is durable, `rows_ok` rows of this run in all. Makes
  // rejected lines durable and acknowledges it; a mark that is not newer than the last one is
  // ignored. Throws io when the reject file or the ack file cannot be written, bug when the mark
  // was never read.
  void durable(std::uint64_t mark, std::uint64_t rows_ok);
  // A line that turned out bad after it was read; see event::Input.
  void bad_line(const event::BadLine& bad) { input_.bad_line(bad); }
  void sync_rejects();
  // All of rejected() is.
  [[nodiscard]] bool rejects_settled() const noexcept { return rejects_.durable == rejected(); }

  [[nodiscard]] std::uint64_t rejected() const noexcept { return input_.rejected(); }
  [[nodiscard]] bool tracked() const noexcept { return input_.tracked(); }
  [[nodiscard]] bool has_buffered_line() const { return input_.has_buffered_line(); }
  // Whether a line, or the end, can be read without waiting.
  [[nodiscard]] bool more_is_there() const;
  // Marks that were read and are not durable yet.
  [[nodiscard]] bool pending() const noexcept { return !ledger_.empty(); }
  // The newest checkpoint that was read; 0: none.
  [[nodiscard]] std::uint64_t last_mark() const noexcept { return ledger_.last(); }
  // True when no data line was read since then.
  [[nodiscard]] bool at_checkpoint() const noexcept { return uncovered_ == 0; }
  // What a destination that keeps positions itself has stored by now: goes into the acks to come,
  // so that a destination that has lost what was acknowledged is told from one that was idle.
  void stored(const std::string& pos) { ack_.set_stored(pos); }
  [[nodiscard]] const std::optional<ack::Record>& newest_ack() const noexcept {
    return ack_.newest();
  }
  event::Input& input() noexcept { return input_; }

 private:
  struct Checkpoint {
    std::uint64_t seq = 0;
    std::string run;
    std::string pos;
  };

  // Lines that were left out or written to the reject file.
  struct Rejects {
    metrics::Counter& counted;
    std::uint64_t durable = 0;
    io::System::Time settled{};
  };

  bool step(Sink& sink);
  void tell_progress(const event::Item& item);
  void settle_rejects();
  [[nodiscard]] std::string stopped_text(bool nothing_left) const;
  bool keeps_reading();
  const event::Item& wait_for_item(Sink& sink);
  void require_reader() const;
  void on_control(Sink& sink, const event::Item& item);
  void on_hello(Sink& sink, const event::Item& item);
  void on_border(Sink& sink, const event::Control& control);
  std::uint64_t number(const event::Control& control);
  void acknowledge_cut_eof();
  void check_ack_file(const event::Control& hello) const;
  [[nodiscard]] Finish how() const;
  base::ExitCode end_code(Finish how, bool nothing_left) const;

  cli::Context& context_;
  SinkSettings settings_;
  io::System& system_;
  event::Input input_;
  Rejects rejects_;
  event::SourceReader sources_;
  ack::SinkAck ack_;
  Ledger<Checkpoint> ledger_;
  std::uint64_t read_ = 0;       // data lines of this run
  std::uint64_t uncovered_ = 0;  // of them since the newest checkpoint
  std::uint64_t rows_ok_ = 0;
  std::optional<io::System::Time> drain_until_;  // a signal was heard
  bool ended_ = false;                           // the input is over
  bool cut_ = false;                             // inside of what no checkpoint covers
};

}  // namespace cdckit::pipe
