#include "common/ack/sink_ack.hpp"

#include "common/base/clock.hpp"

namespace cdckit::ack {

SinkAck::SinkAck(const std::string& path, std::string sink) {
  if (!path.empty()) file_ = std::make_unique<io::LockedFile>(path);
  record_.sink = std::move(sink);
}

void SinkAck::hello(const event::Control& hello) {
  if (hello.run == record_.run) return;
  record_.run = hello.run;
  record_.source = std::string(hello.source);
  record_.seq = 0;
}

void SinkAck::acknowledge(std::uint64_t seq,
                          const std::string& pos,
                          std::uint64_t rows_ok,
                          std::uint64_t rows_rejected) {
  if (file_ == nullptr || record_.run.empty() || seq <= record_.seq) return;
  record_.seq = seq;
  record_.pos = pos;
  record_.rows_ok = rows_ok;
  record_.rows_rejected = rows_rejected;
  record_.ts_ms = base::unix_milliseconds();
  // no fsync: an ack that is lost only makes the source send more again
  file_->replace(format(record_), false);
}

}  // namespace cdckit::ack
