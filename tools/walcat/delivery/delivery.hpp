// walcat's writing end of the pipe: SourceEnd with positions that are LSNs. From acks (or, where
// nothing was promised, from what stdout took) comes the position that may be confirmed to the
// server. One thread. Throws what SourceEnd throws.
#pragma once

#include "common/base/text.hpp"
#include "common/io/short_pause.hpp"
#include "common/pipe/source_end.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace cdckit::walcat {

using pipe::Proof;
using DeliverySettings = pipe::SourceSettings;

class Delivery {
 public:
  // `tick` is called at least once a second while waiting: it keeps the server's connection alive.
  using Tick = pipe::SourceEnd::Tick;

  Delivery(DeliverySettings settings, cli::Context& context) : end_(context, std::move(settings)) {}

  // Whole lines are appended here.
  std::string& lines() noexcept { return end_.lines(); }
  void hello(const std::string& source, const std::string& from, std::string_view encoding = {}) {
    end_.hello(source, from, encoding);
  }
  // Everything up to `lsn` is among the lines now. `text`: the position as checkpoints print it.
  void reached(std::uint64_t lsn, std::string text) { end_.reached({lsn, std::move(text)}); }
  // Nothing behind this position is told until it is let go.
  void hold(std::optional<std::uint64_t> lsn) {
    if (!lsn) return end_.hold(std::nullopt);
    end_.hold(pipe::Position{*lsn, base::hex16(*lsn)});
  }
  // Data lines printed in all, up to the newest position and so far.
  void set_rows(std::uint64_t rows) noexcept { end_.set_rows(rows); }
  void set_printed(std::uint64_t rows) noexcept { end_.set_printed(rows); }
  // Prints a checkpoint if there is a position to tell and it is due, or at once with `force`.
  void checkpoint(bool force = false) { (void)end_.checkpoint(force); }
  // Hands the lines over when they are worth it, or always with `now`.
  void submit(bool now);
  // False when a stop was requested while stdout was blocked.
  bool wait_for_room(const Tick& tick) { return end_.wait_for_room(tick); }
  // Waits for the server's socket, acks, stdout or a stop.
  void wait(int socket, std::chrono::milliseconds limit) { end_.wait({socket}, limit); }
  // Lets time pass; a stop ends it early.
  void pause(std::chrono::microseconds limit) { io::short_pause(end_.stop().fd(), limit); }
  // The position that may be confirmed; 0: none yet.
  std::uint64_t confirmable() { return end_.acknowledged(); }
  // eof, close stdout, wait for its acknowledgement; see SourceEnd::finish().
  bool finish(const Tick& tick) { return end_.finish(tick); }
  [[nodiscard]] base::Error why_unfinished() { return end_.why_unfinished(); }

  [[nodiscard]] std::vector<std::optional<ack::Record>> read_files() const {
    return end_.read_files();
  }
  [[nodiscard]] bool has_unsent_position() const { return end_.has_unsent_position(); }
  [[nodiscard]] bool stopping() const noexcept { return end_.stopping(); }
  [[nodiscard]] const std::string& run() const noexcept { return end_.run(); }
  [[nodiscard]] bool control() const noexcept { return end_.settings().control; }
  [[nodiscard]] Proof proof() const noexcept { return end_.settings().proof; }
  [[nodiscard]] std::uint64_t bytes() const noexcept { return end_.bytes(); }
  // For metrics: the newest confirmable position, and since when it has stood still although a
  // later one was told (zero while none was).
  [[nodiscard]] std::uint64_t confirmed() const noexcept { return end_.last_acknowledged(); }
  [[nodiscard]] std::chrono::milliseconds last_ack_age() const { return end_.last_ack_age(); }

 private:
  pipe::SourceEnd end_;
};

}  // namespace cdckit::walcat
