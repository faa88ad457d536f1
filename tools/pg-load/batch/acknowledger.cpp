#include "tools/pg-load/batch/acknowledger.hpp"

namespace cdckit::pg_load {

void Acknowledger::hello(const event::Control& hello) {
  ack_.hello(hello);
  pending_ = false;
  pos_.clear();
}

void Acknowledger::checkpoint(const event::Control& control) {
  seq_ = control.seq;
  pos_ = control.pos;
  pending_ = true;
}

void Acknowledger::durable(std::uint64_t rows_ok, std::uint64_t rows_rejected) {
  if (!pending_) return;
  ack_.acknowledge(seq_, pos_, rows_ok, rows_rejected);
  pending_ = false;
}

}  // namespace cdckit::pg_load
