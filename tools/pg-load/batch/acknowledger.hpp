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
  [[nodiscard]] bool pending() const noexcept { return newest_.pending; }
  // Of the newest checkpoint.
  [[nodiscard]] const std::string& pos() const noexcept { return newest_.pos; }
  void durable(std::uint64_t rows_ok, std::uint64_t rows_rejected);

  // The newest checkpoint is on its way, others may follow: it is acknowledged by durable_sent(),
  // or take_back() makes it pending again.
  void send();
  void durable_sent(std::uint64_t rows_ok, std::uint64_t rows_rejected);
  void take_back();

 private:
  struct Checkpoint {
    std::uint64_t seq = 0;
    std::string pos;
    bool pending = false;
  };
  void acknowledge(Checkpoint& checkpoint, std::uint64_t rows_ok, std::uint64_t rows_rejected);

  ack::SinkAck ack_;
  Checkpoint newest_;
  Checkpoint sent_;
};

}  // namespace cdckit::pg_load
