// Remembers the newest checkpoint that was read and acknowledges it once everything before it is
// durable (cdc-pipelines(7), S1 and S5).
#pragma once

#include "common/ack/sink_ack.hpp"
#include "common/event/control.hpp"

#include <cstdint>
#include <string>

namespace cdckit::pg_load {

class Acknowledger {
 public:
  Acknowledger(const std::string& path, const std::string& sink) : ack_(path, sink) {}

  void hello(const event::Control& hello);
  // A ckpt or eof line was read.
  void checkpoint(const event::Control& control);
  [[nodiscard]] bool pending() const noexcept { return pending_; }
  // Of the newest checkpoint.
  [[nodiscard]] const std::string& pos() const noexcept { return pos_; }
  void durable(std::uint64_t rows_ok, std::uint64_t rows_rejected);

 private:
  ack::SinkAck ack_;
  std::uint64_t seq_ = 0;
  std::string pos_;
  bool pending_ = false;
};

}  // namespace cdckit::pg_load
