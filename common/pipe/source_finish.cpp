// How a source ends: the second half of SourceEnd.
#include "common/base/error.hpp"
#include "common/base/text.hpp"
#include "common/event/control.hpp"
#include "common/io/locked_file.hpp"
#include "common/log/log.hpp"
#include "common/log/progress.hpp"
#include "common/pipe/source_end.hpp"

#include <algorithm>

namespace cdckit::pipe {

using base::Error;
using base::ErrorKind;
using std::chrono::milliseconds;

namespace {

constexpr milliseconds kLook{200};
constexpr milliseconds kSayAfter{3'000};
// A reader that is gone and a file that nobody holds: so long, in case the acknowledgement is just
// being read, or the sink is a program that holds no lock and has closed its stdin early.
constexpr milliseconds kGone{1'100};
constexpr milliseconds kGoneUnseen{3'000};

constexpr const char* kAgain =
    "Start it again when the sink is back: what was not acknowledged is sent again.";

// Of several sinks what the first says: with all of them at the end they say the same.
std::string stopped_text(bool done, const std::vector<std::optional<ack::Record>>& records) {
  const bool some = !records.empty() && records.front() && !records.front()->pos.empty();
  const std::string upto = some ? ", confirmed up to " + records.front()->pos : "";
  if (done) return "stopped: everything is confirmed" + upto;
  return some ? "stopped" + upto : "stopped, nothing is confirmed";
}

}  // namespace

void SourceEnd::print_eof() {
  if (!settings_.control) return;
  event::append_eof(lines(), run_, ++seq_, positions_.end_text(), positions_.inside());
  lines() += '\n';
  if (settings_.proof != Proof::acks) return;
  orders_.add(seq_, positions_.end().order);
  told(positions_.end().order);
}

bool SourceEnd::finish(const Tick& tick) {
  print_eof();
  submit();
  end_ = drain(tick);
  if (end_ == End::done) {
    (void)acknowledged();
    output_->close();
    if (settings_.proof == Proof::acks) {
      end_ = wait_for_end(seq_, settings_.ack_timeout, tick);
      if (end_ == End::done && positions_.inside()) end_ = End::inside;
    }
  }
  if (stopping()) {
    log::notice(settings_.proof == Proof::acks
                    ? stopped_text(end_ == End::done, acks_.read_all())
                    : "stopped: " + std::to_string(positions_.printed()) + " rows were printed");
  }
  return end_ == End::done;
}

// A pipe that moves may take its time; one that stands still is given up after a stop, or when an
// acknowledgement could not come either.
SourceEnd::End SourceEnd::drain(const Tick& tick) {
  auto moved = system_.now();
  auto pending = output_->pending_bytes();
  while (!output_->wait_drained(kLook)) {
    tick();
    (void)acknowledged();
    const auto now = system_.now();
    if (const auto left = output_->pending_bytes(); left != pending) {
      pending = left;
      moved = now;
    }
    if (stopping() && now - moved >= settings_.stop_patience) return End::blocked;
    if (settings_.proof == Proof::acks && now - moved >= settings_.ack_timeout) return End::blocked;
  }
  return End::done;
}

bool SourceEnd::wait_acknowledged(std::uint64_t seq, milliseconds limit, const Tick& tick) {
  if (settings_.proof != Proof::acks) return drain(tick) == End::done;
  const Tick look = [&] {
    output_->submit();  // notices a reader that is gone
    tick();
  };
  return wait_for_end(seq, limit, look) == End::done;
}

SourceEnd::End SourceEnd::wait_for_end(std::uint64_t seq, milliseconds limit, const Tick& tick) {
  const auto began = system_.now();
  auto deadline = began + limit;
  bool said = false;
  bool seen_locked = any_file_locked();
  std::optional<io::System::Time> gone_since;
  for (;;) {
    const auto before = acked_.seq;
    look_at_acks();
    if (covers(seq)) return End::done;
    const auto now = system_.now();
    if (acked_.seq > before) deadline = now + limit;  // it moves: be patient
    if (now >= deadline) return End::unacknowledged;
    if (sink_is_gone(seq)) {
      if (!gone_since) gone_since = now;
      if (now - *gone_since >= (seen_locked || stopping() ? kGone : kGoneUnseen))
        return End::sink_gone;
    } else {
      gone_since.reset();
      seen_locked = seen_locked || any_file_locked();
    }
    if (!said && now - began >= kSayAfter) {
      said = true;
      log::warning("waiting for the end to be acknowledged in " + awaited() + ", for " +
                   base::format_duration(limit) + " at most");
    }
    // stdout may be closed and a stop was heard: only the ack files can change
    (void)system_.wait_readable({acks_.fd()},
                                std::min(kLook, std::chrono::ceil<milliseconds>(deadline - now)));
    tick();
  }
}

bool SourceEnd::any_file_locked() const {
  return std::any_of(acks_.paths().begin(), acks_.paths().end(), [&](const std::string& path) {
    return io::is_locked(path, system_);
  });
}

// A sink of ours holds its file as long as it lives.
bool SourceEnd::sink_is_gone(std::uint64_t seq) {
  if (!output_->reader_is_gone()) return false;
  const auto waiting = acks_.waiting_for(run_, seq);
  return std::any_of(waiting.begin(), waiting.end(), [&](const std::string& path) {
    return !io::is_locked(path, system_);
  });
}

std::string SourceEnd::awaited() {
  std::string out;
  for (const std::string& path : acks_.waiting_for(run_, seq_)) {
    out += (out.empty() ? "\"" : ", \"") + path + "\"";
    if (!io::is_locked(path, system_)) out += " (no sink holds it)";
  }
  return out;
}

Error SourceEnd::why_unfinished() {
  const std::string not_seen = "could not see the end acknowledged in " + awaited();
  switch (end_) {
    case End::blocked:
      return {ErrorKind::temporary,
              "could not end cleanly: stdout took no more lines",
              "What was not taken is lost to its reader; what was not acknowledged is sent again."};
    case End::sink_gone:
      return {ErrorKind::temporary, not_seen + ": the sink is gone", kAgain};
    case End::inside:
      return {ErrorKind::temporary,
              "could not end cleanly: it was stopped inside of a transaction",
              "What was printed of it counts for nothing; the same command sends it again, whole."};
    case End::unacknowledged:
    case End::done:
      break;
  }
  return {ErrorKind::temporary,
          not_seen + " within " + base::format_duration(settings_.ack_timeout),
          kAgain};
}

}  // namespace cdckit::pipe
