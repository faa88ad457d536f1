#include "tools/opensky-fetch/output/publisher.hpp"

#include "common/event/control.hpp"
#include "common/log/log.hpp"
#include "common/ndjson/text.hpp"
#include "tools/opensky-fetch/rows/each_row.hpp"

#include <fmt/format.h>

namespace cdckit::opensky_fetch {
namespace {

using std::chrono::milliseconds;

constexpr std::size_t kQueueBytes = 8U << 20U;

TimeFormat time_format(const OutputSettings& output) {
  return output.time_format == "unix" ? TimeFormat::unix : TimeFormat::iso;
}

std::string source_json(const std::string& url) {
  std::string json = "{\"url\":";
  ndjson::append_string(json, url);
  return json + "}";
}

pipe::SourceSettings settings_of(const cli::CommonOptions& common,
                                 std::chrono::milliseconds max_wait,
                                 int fd) {
  pipe::check_ack_flags(common);
  pipe::SourceSettings settings;
  settings.output = fd;
  settings.capacity = kQueueBytes;
  settings.ack_files = pipe::ack_files(common);
  settings.proof = settings.ack_files.empty() ? pipe::Proof::written : pipe::Proof::acks;
  settings.control = common.control || !settings.ack_files.empty();
  settings.ack_timeout = max_wait;
  return settings;
}

}  // namespace

Publisher::Publisher(cli::Context& context,
                     const PublisherSettings& settings,
                     const std::string& source_url,
                     int fd)
    : endpoint_(settings.request.endpoint),
      max_wait_(settings.max_wait),
      writer_(fields_of(settings.output, settings.request.endpoint, settings.request.extended),
              time_format(settings.output)),
      filter_(settings.request.icao24, settings.request.boxes),
      end_(context, settings_of(context.options(), settings.max_wait, fd)),
      rows_total_(context.metrics().counter("opensky_fetch_rows_total", "Rows printed.")),
      snapshots_total_(
          context.metrics().counter("opensky_fetch_snapshots_total", "Snapshots printed.")) {
  end_.hello(source_json(source_url), "", "plain");
}

bool Publisher::deliver(const Snapshot& snapshot) {
  if (last_time_ && snapshot.time <= *last_time_) return false;
  if (!end_.wait_for_room([] {})) return false;
  std::string& out = end_.lines();
  const std::size_t before = out.size();
  const std::string previous = pos_;
  pos_ = iso_text(snapshot.time);
  writer_.begin_snapshot(snapshot.time);
  std::uint64_t rows = 0;
  try {
    append_border(out, "begin", 0);
    rows = append_rows(out, snapshot);
  } catch (const Malformed&) {
    out.resize(before);
    pos_ = previous;
    throw;
  }
  append_border(out, "end", rows);
  last_time_ = snapshot.time;
  rows_ += rows;
  end_.set_rows(rows_);
  end_.reached({++snapshots_, pos_});
  (void)end_.checkpoint(true);
  end_.submit();
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

void Publisher::append_border(std::string& out, std::string_view phase, std::uint64_t rows) {
  if (!end_.settings().control) return;
  event::SnapshotBorder border{};
  border.phase = phase;
  border.scope = name_of(endpoint_);
  border.pos = pos_;
  border.rows = rows;
  event::append_snapshot(out, border);
  out += '\n';
}

bool Publisher::pause(milliseconds duration) {
  return end_.pause(duration);
}

void Publisher::flush() {
  (void)end_.flush(max_wait_);
}

base::ExitCode Publisher::finish() {
  if (end_.finish([] {})) return base::ExitCode::done;
  const base::Error why = end_.why_unfinished();
  log::warning(why.what());
  return base::exit_code_for(why.kind());
}

}  // namespace cdckit::opensky_fetch
