#include "tools/pg-load/batch/acknowledger.hpp"

#include <utility>

namespace cdckit::pg_load {

void Acknowledger::hello(const event::Control& hello) {
  ack_.hello(hello);
  newest_ = {};
  sent_ = {};
}

void Acknowledger::checkpoint(const event::Control& control) {
  newest_ = {.seq = control.seq, .pos = control.pos, .pending = true};
}

void Acknowledger::durable(std::uint64_t rows_ok, std::uint64_t rows_rejected) {
  acknowledge(newest_, rows_ok, rows_rejected);
}

void Acknowledger::send() {
  sent_ = newest_;
  newest_.pending = false;
}

void Acknowledger::durable_sent(std::uint64_t rows_ok, std::uint64_t rows_rejected) {
  acknowledge(sent_, rows_ok, rows_rejected);
}

void Acknowledger::take_back() {
  if (sent_.pending && !newest_.pending) newest_ = sent_;
  sent_.pending = false;
}

void Acknowledger::acknowledge(Checkpoint& checkpoint,
                               std::uint64_t rows_ok,
                               std::uint64_t rows_rejected) {
  if (!std::exchange(checkpoint.pending, false)) return;
  ack_.acknowledge(checkpoint.seq, checkpoint.pos, rows_ok, rows_rejected);
}

}  // namespace cdckit::pg_load
