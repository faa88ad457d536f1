#include "common/ack/sink_ack.hpp"

#include "common/base/error.hpp"

#include <chrono>

namespace cdckit::ack {

namespace {

constexpr int kAttempts = 10;
constexpr std::chrono::milliseconds kBetween{20};

// A source that looks whether a sink lives holds the lock for an instant, and a sink that is just
// ending for a little longer.
std::unique_ptr<io::LockedFile> lock_patiently(const std::string& path, io::System& system) {
  for (int attempt = 1;; ++attempt) {
    try {
      return std::make_unique<io::LockedFile>(path, system);
    } catch (const base::Error& error) {
      if (!error.retryable() || attempt == kAttempts) throw;
      (void)system.wait_readable({}, kBetween);
    }
  }
}

}  // namespace

SinkAck::SinkAck(const std::string& path, std::string sink, io::System& system) : system_(system) {
  if (!path.empty()) {
    file_ = lock_patiently(path, system);
    newest_ = parse(file_->read());
  }
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
  record_.ts_ms = system_.unix_milliseconds();
  file_->replace(format(record_), true);
  newest_ = record_;
}

}  // namespace cdckit::ack
