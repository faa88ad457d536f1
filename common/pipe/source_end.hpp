// The writing end of a pipe, the same for every source (cdc-pipelines(7), W1 to W7): lines and
// checkpoints to stdout through an output of their own thread, acknowledgements back, and from both
// the position that may be let go. One thread. Throws what io::Output throws: output_closed once
// the reader is gone, which ends the tool with 75 when something was promised.
#pragma once

#include "common/ack/source_ack.hpp"
#include "common/base/error.hpp"
#include "common/cli/run_tool.hpp"
#include "common/io/output.hpp"
#include "common/pipe/checkpoint_clock.hpp"
#include "common/pipe/ledger.hpp"
#include "common/pipe/positions.hpp"
#include "common/pipe/proof.hpp"

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace cdckit::pipe {

struct SourceSettings {
  int output = 1;  // stdout; closed by finish()
  std::size_t capacity = 4U << 20U;
  Proof proof = Proof::written;
  std::vector<std::string> ack_files = {};
  bool control = false;
  std::chrono::milliseconds ack_timeout{30'000};   // of the last acknowledgement, while none comes
  std::chrono::milliseconds stop_patience{2'000};  // with a stdout that takes nothing after a stop
};

class SourceEnd {
 public:
  // Called at least once a second while it waits: keeps a server's connection alive.
  using Tick = std::function<void()>;

  // Throws temporary when another source waits for the same ack file. `output` is stdout's thread
  // unless it is given.
  SourceEnd(cli::Context& context,
            SourceSettings settings,
            std::unique_ptr<io::Output> output = nullptr,
            io::System& system = io::system());
  SourceEnd(const SourceEnd&) = delete;
  SourceEnd& operator=(const SourceEnd&) = delete;
  ~SourceEnd() = default;

  // Whole lines are appended here.
  std::string& lines() noexcept { return output_->buffer(); }
  void hello(std::string_view source_json, std::string_view from, std::string_view encoding = {});
  // Everything up to the position is among the lines now.
  void reached(Position position);
  // Nothing behind `position` is told until it is let go.
  void hold(std::optional<Position> position);
  // Data lines printed in all: up to the newest position, and (where it is not the same) so far.
  void set_rows(std::uint64_t rows) noexcept { positions_.set_rows(rows); }
  void set_printed(std::uint64_t rows) noexcept { positions_.set_printed(rows); }
  // Prints a checkpoint if there is a position to tell and it is due, or at once with `force`.
  // Returns its number, 0: none.
  std::uint64_t checkpoint(bool force = false);
  // Prints one also where nothing new is to be told: a control line must be acknowledged.
  std::uint64_t checkpoint_now();

  // Hands the lines over.
  void submit();
  // Hands them over and waits until stdout took them; false when it did not in time.
  bool flush(std::chrono::milliseconds limit);
  // False when a stop was requested while stdout was blocked.
  bool wait_for_room(const Tick& tick);
  // Waits for the descriptors (three at most), acks, stdout or a stop.
  void wait(std::initializer_list<int> fds, std::chrono::milliseconds limit);
  // Sleeps; true when a stop was requested. Throws once the reader is gone.
  bool pause(std::chrono::milliseconds duration);

  // The highest `order` that may be let go, 0: none yet. Looks at ack files and stdout.
  std::uint64_t acknowledged();
  // Whether checkpoint `seq` of this run is acknowledged, as of the last acknowledged().
  [[nodiscard]] bool covers(std::uint64_t seq) const noexcept { return acked_.seq >= seq; }
  // Waits until it is; false when that did not come in time, or its sink is gone.
  bool wait_acknowledged(std::uint64_t seq, std::chrono::milliseconds limit, const Tick& tick);
  // eof, close stdout, wait for its acknowledgement. False when that did not come, when data lines
  // behind the last position were printed, or when a stop found stdout blocked: why_unfinished().
  bool finish(const Tick& tick);
  [[nodiscard]] base::Error why_unfinished();

  // What the ack files hold now, of whatever run.
  [[nodiscard]] std::vector<std::optional<ack::Record>> read_files() const {
    return acks_.read_all();
  }
  // A checkpoint is due soon.
  [[nodiscard]] bool has_unsent_position() const;
  [[nodiscard]] bool stopping() const noexcept { return context_.stop().stop_requested(); }
  [[nodiscard]] signals::StopToken stop() const noexcept { return context_.stop(); }
  [[nodiscard]] bool full() const { return output_->full(); }
  [[nodiscard]] const std::string& run() const noexcept { return run_; }
  [[nodiscard]] const SourceSettings& settings() const noexcept { return settings_; }
  [[nodiscard]] std::uint64_t bytes() const noexcept { return submitted_; }
  // For metrics: since when the newest acknowledged position stands still although a later one was
  // told (zero while none was).
  [[nodiscard]] std::chrono::milliseconds last_ack_age() const;
  [[nodiscard]] std::uint64_t last_acknowledged() const noexcept { return acked_.order; }

 private:
  enum class End { done, unacknowledged, sink_gone, blocked, inside };
  struct Mark {
    std::uint64_t bytes = 0;
    std::uint64_t order = 0;
  };
  struct Acked {
    std::uint64_t seq = 0;
    std::uint64_t order = 0;
    std::uint64_t told = 0;    // the highest that was told
    io::System::Time since{};  // it stands still, or all was acknowledged
  };

  std::uint64_t total_bytes() noexcept { return submitted_ + output_->buffer().size(); }
  void mark_written(std::uint64_t order);
  void told(std::uint64_t order);
  void look_at_acks();
  void look_at_output();
  void print_eof();
  End drain(const Tick& tick);
  End wait_for_end(std::uint64_t seq, std::chrono::milliseconds limit, const Tick& tick);
  [[nodiscard]] bool sink_is_gone(std::uint64_t seq);
  [[nodiscard]] bool any_file_locked() const;
  [[nodiscard]] std::string awaited();

  cli::Context& context_;
  SourceSettings settings_;
  io::System& system_;
  ack::SourceAck acks_;
  std::unique_ptr<io::Output> output_;
  CheckpointClock clock_;
  Positions positions_;
  std::string run_;
  Ledger<std::uint64_t> orders_;  // by the number of their checkpoint
  std::deque<Mark> marks_;        // Proof::written
  Acked acked_;
  std::uint64_t seq_ = 0;
  std::uint64_t submitted_ = 0;
  End end_ = End::done;
};

}  // namespace cdckit::pipe
