#include "tools/opensky-fetch/output/publisher.hpp"

#include "common/base/clock.hpp"
#include "common/base/text.hpp"
#include "common/event/control.hpp"
#include "common/log/log.hpp"
#include "common/ndjson/text.hpp"
#include "tools/opensky-fetch/rows/each_row.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace cdckit::opensky_fetch {
namespace {

using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

constexpr std::size_t kQueueBytes = 8U << 20U;
constexpr milliseconds kLook{1000};

milliseconds left_until(Clock::time_point end) {
  return std::chrono::ceil<milliseconds>(end - Clock::now());
}

TimeFormat time_format(const Options& options) {
  return options.time_format == "unix" ? TimeFormat::unix : TimeFormat::iso;
}

std::string source_json(const std::string& url) {
  std::string json = "{\"url\":";
  ndjson::append_string(json, url);
  return json + "}";
}

}  // namespace

Publisher::Publisher(cli::Context& context,
                     const Options& options,
                     const std::string& source_url,
                     int fd)
    : context_(context),
      endpoint_(options.endpoint),
      max_wait_(options.max_wait),
      controls_(context.options().control || !context.options().ack.empty()),
      ack_(context.options().ack),
      writer_(fields_of(options), time_format(options)),
      filter_(options.icao24, options.boxes),
      output_(fd, kQueueBytes),
      run_(base::random_id()),
      rows_total_(context.metrics().counter("opensky_fetch_rows_total", "Rows printed.")),
      snapshots_total_(
          context.metrics().counter("opensky_fetch_snapshots_total", "Snapshots printed.")) {
  if (!controls_) return;
  event::append_hello(
      output_.buffer(),
      {.run = run_, .source_json = source_json(source_url), .from = "", .encoding = "plain"});
  output_.buffer() += '\n';
  output_.submit();
}

bool Publisher::deliver(const Snapshot& snapshot) {
  if (last_time_ && snapshot.time <= *last_time_) return false;
  wait_for_room();
  std::string& out = output_.buffer();
  const std::size_t before = out.size();
  const std::string previous = pos_;
  pos_ = iso_text(snapshot.time);
  writer_.begin_snapshot(snapshot.time);
  std::uint64_t rows = 0;
  try {
    append_borders(out, "begin", 0);
    rows = append_rows(out, snapshot);
  } catch (const Malformed&) {
    out.resize(before);
    pos_ = previous;
    throw;
  }
  append_borders(out, "end", rows);
  last_time_ = snapshot.time;
  if (ack_.enabled()) context_.promise();
  output_.submit();
  rows_total_.add(static_cast<double>(rows));
  snapshots_total_.add();
  if (log::enabled(log::Level::info))
    log::info(fmt::format("{} {}: {} rows", name_of(endpoint_), pos_, rows));
  return true;
}

std::uint64_t Publisher::append_rows(std::string& out, const Snapshot& snapshot) {
  std::size_t expected = out.size();
  for (const std::string_view part : snapshot.parts) expected += writer_.estimate(part);
  out.reserve(expected);
  std::uint64_t rows = 0;
  each_row(endpoint_, snapshot, [&](const RowValues& values) {
    if (!filter_.passes(values)) return;
    writer_.append(out, values);
    ++rows;
  });
  return rows;
}

void Publisher::append_borders(std::string& out, std::string_view phase, std::uint64_t rows) {
  if (!controls_) return;
  event::SnapshotBorder border{};
  border.phase = phase;
  border.scope = name_of(endpoint_);
  border.pos = pos_;
  border.rows = rows;
  event::append_snapshot(out, border);
  out += '\n';
  if (phase == "begin") return;
  event::append_checkpoint(out, run_, ++seq_, pos_, rows);
  out += '\n';
}

void Publisher::wait_for_room() {
  while (output_.full()) {
    (void)io::wait_readable({output_.wake_fd()}, kLook);
    output_.clear_wake();
    (void)output_.wait_drained(milliseconds(0));  // throws when the reader is gone
  }
}

bool Publisher::pause(milliseconds duration) {
  const signals::StopToken stop = context_.stop();
  const auto end = Clock::now() + duration;
  for (;;) {
    if (stop.stop_requested()) return true;
    if (output_.failed()) (void)output_.wait_drained(milliseconds(0));  // throws why
    const milliseconds left = left_until(end);
    if (left.count() <= 0) return false;
    (void)io::wait_readable({stop.fd(), output_.wake_fd()}, left);
    output_.clear_wake();
  }
}

void Publisher::flush() {
  (void)output_.wait_drained(max_wait_);
}

base::ExitCode Publisher::finish() {
  if (controls_) {
    event::append_eof(output_.buffer(), run_, ++seq_, pos_);
    output_.buffer() += '\n';
    output_.submit();
  }
  output_.close();
  if (!ack_.enabled() || wait_for_ack()) return base::ExitCode::done;
  log::warning(fmt::format("could not end cleanly: the last acknowledgement did not come within {}",
                           base::format_duration(max_wait_)));
  return base::ExitCode::retry_later;
}

bool Publisher::wait_for_ack() {
  auto end = Clock::now() + max_wait_;
  std::uint64_t seen = 0;
  for (;;) {
    const auto record = ack_.poll(run_, seq_);
    if (record && record->seq >= seq_) return true;
    if (record && record->seq > seen) {  // it moves: be patient
      seen = record->seq;
      end = Clock::now() + max_wait_;
    }
    const milliseconds left = left_until(end);
    if (left.count() <= 0) return false;
    (void)io::wait_readable({ack_.fd()}, std::min(left, kLook));
  }
}

}  // namespace cdckit::opensky_fetch
