// The way down the pipe and back: lines to stdout through the output thread, control lines among
// them, and from acks (or, where nothing was promised, from what stdout took) the position that may
// be confirmed to the server. One thread. Throws what OutputThread throws.
#pragma once

#include "common/ack/source_ack.hpp"
#include "common/cli/run_tool.hpp"
#include "common/io/output_thread.hpp"
#include "tools/walcat/stream/checkpoint_clock.hpp"

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace cdckit::walcat {

// What counts as having arrived.
enum class Proof {
  acks,     // every ack file says so
  written,  // stdout took it: --ack stdout, temporary slots
  none,     // nothing ever: the slot stays where it is
};

struct DeliverySettings {
  int output = 1;  // stdout; closed by finish()
  Proof proof = Proof::written;
  std::vector<std::string> ack_files = {};
  bool control = false;
  std::chrono::milliseconds ack_timeout{30'000};
};

class Delivery {
 public:
  // `tick` is called at least once a second while waiting: it keeps the server's connection alive.
  using Tick = std::function<void()>;

  Delivery(DeliverySettings settings, cli::Context& context);
  Delivery(const Delivery&) = delete;
  Delivery& operator=(const Delivery&) = delete;
  ~Delivery() = default;

  // Whole lines are appended here.
  std::string& lines() noexcept { return output_.buffer(); }
  void hello(const std::string& source, const std::string& from, const std::string& encoding);
  // Everything up to `lsn` is among the lines now. `text`: the position as checkpoints print it.
  void reached(std::uint64_t lsn, std::string text);
  // Nothing behind this position is told until it is let go.
  void hold(std::optional<std::uint64_t> lsn);
  // Data lines printed so far in all.
  void set_rows(std::uint64_t rows) noexcept { rows_ = rows; }
  // Prints a checkpoint if there is a position to tell and it is due, or at once with `force`.
  void checkpoint(bool force = false);
  // Hands the lines over when they are worth it, or always with `now`.
  void submit(bool now);
  // False when a stop was requested while stdout was blocked.
  bool wait_for_room(const Tick& tick);
  // Waits for the server's socket, acks, stdout or a stop.
  void wait(int socket, std::chrono::milliseconds limit);
  // Lets time pass; a stop ends it early.
  void pause(std::chrono::milliseconds limit);
  // The position that may be confirmed; 0: none yet.
  std::uint64_t confirmable();
  // eof, close stdout, wait for its acknowledgement. False when that did not come in time.
  bool finish(const Tick& tick);

  [[nodiscard]] std::vector<std::optional<ack::Record>> read_files() const {
    return acks_.read_all();
  }
  [[nodiscard]] bool has_unsent_position() const noexcept {
    return settings_.control && !position_.empty() && (position_ != sent_ || rows_ != sent_rows_);
  }
  [[nodiscard]] bool stopping() const noexcept { return context_.stop().stop_requested(); }
  [[nodiscard]] const std::string& run() const noexcept { return run_; }
  [[nodiscard]] bool control() const noexcept { return settings_.control; }
  [[nodiscard]] Proof proof() const noexcept { return settings_.proof; }
  [[nodiscard]] std::uint64_t bytes() const noexcept { return submitted_; }
  // For metrics: the newest confirmable position, and since when it has stood still although later
  // ones wait for it (zero while none does).
  [[nodiscard]] std::uint64_t confirmed() const noexcept { return confirmed_; }
  [[nodiscard]] std::chrono::milliseconds last_ack_age() const noexcept;

 private:
  void mark_written(std::uint64_t lsn);
  std::uint64_t total_bytes() noexcept { return submitted_ + output_.buffer().size(); }
  std::uint64_t proven();
  std::uint64_t acknowledged();
  std::uint64_t written();
  bool wait_acknowledged(const Tick& tick);

  struct Mark {
    std::uint64_t bytes = 0;
    std::uint64_t lsn = 0;
  };

  DeliverySettings settings_;
  cli::Context& context_;
  ack::SourceAck acks_;
  io::OutputThread output_;
  CheckpointClock clock_;
  std::string run_;
  std::string position_;  // newest, as text
  std::optional<std::uint64_t> hold_;
  std::uint64_t held_back_ = 0;  // reached and not told
  std::string sent_;             // of the last checkpoint
  std::uint64_t seq_ = 0;
  std::uint64_t rows_ = 0;
  std::uint64_t sent_rows_ = 0;
  std::uint64_t submitted_ = 0;
  std::uint64_t written_lsn_ = 0;
  std::deque<Mark> marks_;
  std::uint64_t reached_ = 0;
  std::uint64_t confirmed_ = 0;
  std::chrono::steady_clock::time_point confirmed_at_ = std::chrono::steady_clock::now();
};

}  // namespace cdckit::walcat
