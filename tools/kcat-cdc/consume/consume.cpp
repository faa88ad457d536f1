#include "tools/kcat-cdc/consume/consume.hpp"

#include "common/base/clock.hpp"
#include "common/base/error.hpp"
#include "common/cli/standard_flags.hpp"
#include "common/event/schema.hpp"
#include "common/io/file_descriptor.hpp"
#include "common/kafka/topic_reader.hpp"
#include "common/log/log.hpp"
#include "common/log/progress.hpp"
#include "tools/kcat-cdc/consume/offset_text.hpp"

#include <algorithm>

namespace cdckit::kcat_cdc {

using base::Error;
using base::ErrorKind;
using base::ExitCode;
using std::chrono::milliseconds;

namespace {

constexpr std::size_t kOutputCapacity = 4U << 20U;
constexpr std::size_t kSubmitBytes = 128U << 10U;
constexpr std::uint32_t kLookEvery = 512;  // records between looks at clock, ack files and group
constexpr milliseconds kSoon{100};
constexpr milliseconds kIdleWait{1'000};
constexpr milliseconds kAnswer{10'000};

// The schema topic's lines by their hash.
ShapeBook make_shapes(const kafka::Settings& settings,
                      signals::StopToken stop,
                      milliseconds patience) {
  const auto fetch = [settings](const std::string& topic) {
    ShapeBook::Lines out;
    kafka::read_topic(settings, topic, kAnswer, [&](const kafka::Record& record) {
      if (record.value && record.value->starts_with(R"({"__cdc":"schema")"))
        out[event::schema_hash(*record.value)] = *record.value;
    });
    return out;
  };
  const auto pause = [stop, patience, since = std::chrono::steady_clock::time_point{}]() mutable {
    const auto now = std::chrono::steady_clock::now();
    if (since == std::chrono::steady_clock::time_point{}) since = now;
    if (now - since >= patience) return false;
    return !stop.sleep_for(milliseconds(500));
  };
  return {fetch, pause};
}

kafka::Settings reader_settings(const ConsumeOptions& options, const kafka::Settings& settings) {
  kafka::Settings out = settings;
  out.push_back({"isolation.level",
                 options.isolation == "committed" ? "read_committed" : "read_uncommitted"});
  out.push_back({"allow.auto.create.topics", "false"});
  return out;
}

std::string reset_of(const kafka::Settings& settings) {
  const std::string given(kafka::find_setting(settings, "auto.offset.reset"));
  if (given == "smallest" || given == "beginning") return "earliest";
  if (given == "largest" || given == "end") return "latest";
  return given == "error" ? "" : given;
}

RecordFormat format_of(const ConsumeOptions& options) {
  if (options.format == "json") return RecordFormat::json;
  return options.format == "avro" ? RecordFormat::avro : RecordFormat::by_looks;
}

// A reader without a group needs the name of one all the same: nobody joins it.
std::string group_of(const ConsumeOptions& options) {
  return options.group.empty() ? "kcat-cdc-" + base::random_id() : options.group;
}

pipe::SourceSettings source_settings(const ConsumeOptions& options,
                                     const cli::CommonOptions& common,
                                     int output_fd) {
  pipe::check_ack_flags(common);
  pipe::SourceSettings settings;
  settings.output = output_fd;
  settings.capacity = kOutputCapacity;
  settings.ack_files = pipe::ack_files(common);
  settings.control = common.control || !settings.ack_files.empty();
  settings.proof = !settings.ack_files.empty()    ? pipe::Proof::acks
                   : pipe::acks_by_stdout(common) ? pipe::Proof::written
                                                  : pipe::Proof::none;
  settings.ack_timeout = options.revoke_timeout;
  return settings;
}

}  // namespace

ConsumeLoop::ConsumeLoop(const ConsumeOptions& options,
                         const kafka::Settings& settings,
                         milliseconds retry_for,
                         cli::Context& context,
                         int output_fd,
                         SchemaSource* schemas)
    : options_(options),
      context_(context),
      end_(context, source_settings(options, context.options(), output_fd)),
      commits_(end_),
      progress_(parse_range(options)),
      backlog_(end_.settings().proof == pipe::Proof::acks ? options.max_unacknowledged : 0),
      starts_(parse_from(options.from), commits_.enabled()),
      refusals_(options, settings, retry_for),
      consumer_(reader_settings(options, settings), group_of(options)),
      member_(reader_settings(options, settings), options.group, subscription_of(options)),
      watch_(consumer_, reset_of(settings), retry_for),
      lines_(options.raw,
             end_.settings().control,
             make_shapes(settings, context.stop(), retry_for),
             format_of(options),
             schemas),
      meter_(context.metrics()) {
  if (options.format == "pretty")
    lines_.for_people(
        log::wants_color(cli::color_wish(context.options()), io::is_terminal(output_fd)));
}

ExitCode ConsumeLoop::run() {
  begin();
  try {
    look();
    while (!end_.stopping() && !finished()) {
      if (!step()) break;
    }
    return finish();
  } catch (const Error& error) {
    leave_after(error);
    throw;
  }
}

// Others take over at once what a member had that ends for a reason of its own. Nothing more is
// committed: it may be of a topic that is no more. Brokers in trouble would keep it waiting.
void ConsumeLoop::leave_after(const Error& error) {
  if (error.kind() != ErrorKind::temporary && error.kind() != ErrorKind::permission)
    member_.close();
}

// False when nothing more is wanted.
bool ConsumeLoop::step() {
  if (backlog_.full()) {
    wait_for_room();
    return true;
  }
  const bool quiet = end_.lines().empty();
  const kafka::Polled polled = consumer_.poll(milliseconds(0));
  if (consumer_.in_doubt()) {
    settle_doubts(polled);
    return true;
  }
  switch (polled) {
    case kafka::Polled::record:
      on_record();
      break;
    case kafka::Polled::end_of_partition:
      on_end_of_partition();
      break;
    case kafka::Polled::out_of_range:
      on_out_of_range();
      break;
    case kafka::Polled::missing:
      watch_.missing({std::string(consumer_.record().topic), consumer_.record().partition});
      break;
    case kafka::Polled::nothing:
      end_.submit();
      look();
      if (quiet && end_.lines().empty()) rest();
      return true;
  }
  if (end_.lines().size() >= kSubmitBytes) {
    end_.submit();
    if (end_.full()) wait_for_room();
  }
  if (++unlooked_ >= kLookEvery) look();
  return options_.limit < 0 || backlog_.lines() < static_cast<std::uint64_t>(options_.limit);
}

void ConsumeLoop::on_record() {
  const kafka::Record& record = consumer_.record();
  PartitionProgress* at = progress_.find(record.topic, record.partition);
  if (at == nullptr) return;  // given away a moment ago
  if (at->proof != Proof::none) {
    const bool earlier = record.offset < at->next;
    const Verdict verdict = watch_.proof().record(*at, record);
    // what was given out before is known again, for the sake of what follows it
    if (verdict == Verdict::pending && earlier) lines_.recall(record);
    if (!is_same(*at, verdict)) return;
  }
  const Wanted wanted = progress_.wants(*at, record.offset, record.timestamp_ms);
  if (wanted == Wanted::stop) {
    stop_reading(*at);
    return;
  }
  if (wanted == Wanted::yes) {
    std::string& out = end_.lines();
    const std::size_t before = out.size();
    switch (lines_.append(record, *at, out)) {
      case RecordLines::Result::line:
        backlog_.printed(out.size() - before);
        break;
      case RecordLines::Result::undecodable:
        refusals_.add(record, lines_.reason());
        break;
      case RecordLines::Result::nothing:
        break;
    }
  }
  TopicProof::note(*at, record);
  progress_.read(*at, record.offset);
  if (at->done) stop_reading(*at);
}

void ConsumeLoop::on_end_of_partition() {
  const kafka::Record& record = consumer_.record();
  PartitionProgress* at = progress_.find(record.topic, record.partition);
  if (at == nullptr) return;
  if (at->proof != Proof::none &&
      !is_same(*at, patiently([&] { return watch_.proof().end(*at, record.offset); })))
    return;
  progress_.reached_end(*at, record.offset);
  if (at->done) stop_reading(*at);
}

void ConsumeLoop::stop_reading(PartitionProgress& at) {
  if (!at.reading) return;
  at.reading = false;
  consumer_.unassign({at.partition});
}

// Until something comes, from wherever, or the clock is to be looked at.
void ConsumeLoop::rest() {
  const bool soon = backlog_.rows() > 0 || handover_ || member_.joining() || log::shows_progress();
  end_.wait({consumer_.wake_fd(), member_.wake_fd()}, soon ? kSoon : kIdleWait);
  consumer_.clear_wake();
  member_.clear_wake();
}

// Everything beside records: clock, acknowledgements, the group, brokers and topics.
void ConsumeLoop::look() {
  unlooked_ = 0;
  checkpoint_if_due();
  commit_acknowledged();
  serve_group();
  if (watch_.due()) watch_.look(progress_.partitions());
  if (meter_.due(Clock::now())) measure();
  if (log::shows_progress()) tell_progress();
}

void ConsumeLoop::measure() {
  meter_.acknowledged(backlog_.acknowledged_lines());
  meter_.refused(refusals_.settled());
  meter_.committed(member_.take_committed());
  meter_.waits(end_.last_ack_age(), progress_.newest_ms());
  std::vector<ConsumeMeter::Behind> behind;
  progress_.for_each([&](const PartitionProgress& at) {
    const auto end = consumer_.known_end(at.partition);
    if (end && at.next >= 0)
      behind.push_back({at.partition, std::max<std::int64_t>(*end - at.next, 0)});
  });
  meter_.behind(behind);
}

void ConsumeLoop::tell_progress() {
  log::Sample sample{.rows = backlog_.lines(), .part = progress_.part()};
  if (const std::int64_t newest = progress_.newest_ms(); newest > 0)
    sample.lag = milliseconds(base::unix_milliseconds() - newest);
  log::own_progress().tell(sample);
}

// stdout takes no more, or too much is unacknowledged: nothing is read, all else goes on.
void ConsumeLoop::wait_for_room() {
  while ((end_.full() || backlog_.full()) && !end_.stopping()) {
    end_.wait({member_.wake_fd()}, kSoon);
    member_.clear_wake();
    end_.submit();
    consumer_.serve();
    look();
    if (backlog_.is_worth_a_word(end_.last_ack_age())) {
      log::warning("reading stands still: of what was printed nothing was acknowledged for 10 s",
                   {},
                   "Is the sink running, with the same --ack? --max-unacknowledged says how much "
                   "may wait.");
    }
  }
}

void ConsumeLoop::checkpoint_if_due() {
  if (!backlog_.due(Clock::now(), progress_.moved())) return;
  (void)cover();
  (void)end_.checkpoint(true);
  end_.submit();
}

// What was given out so far is covered by the next checkpoint, or by the end.
std::uint64_t ConsumeLoop::cover() {
  refusals_.settle();
  meter_.given_out(backlog_.rows(), backlog_.since_checkpoint());
  const std::uint64_t number = commits_.reached(
      format_offsets(progress_.positions()), progress_.take_moved(), backlog_.lines());
  backlog_.covered(number, Clock::now());
  return number;
}

void ConsumeLoop::commit_acknowledged() {
  (void)commits_.poll();
  backlog_.acknowledged(commits_.number());
  if (!commits_.uncommitted() || !commits_.enabled()) return;
  // what was read of one topic is not to be committed for another of its name
  if (consumer_.in_doubt() || progress_.proving()) return;
  member_.commit_soon(commits_.acknowledged());
  commits_.committed();
  watch_.marks().keep(progress_, Clock::now());
}

bool ConsumeLoop::finished() {
  if (progress_.finished()) return true;
  // a member that got no partition has nothing to wait for, once the group has settled
  return progress_.bounded() && progress_.empty() && !handover_ && watch_.settled();
}

ExitCode ConsumeLoop::finish() {
  (void)cover();
  // rebalances wait now: the end is to be acknowledged, then the member leaves
  const bool acknowledged = end_.finish([&] { consumer_.serve(); });
  (void)commits_.poll();
  forget_doubtful();
  watch_.marks().keep_last(progress_);
  const std::optional<Error> failure = commits_.enabled() ? commit_last() : std::nullopt;
  member_.close();
  backlog_.acknowledged(commits_.number());
  measure();
  if (!acknowledged) throw end_.why_unfinished();
  if (failure) throw Error(*failure);
  return refusals_.count() > 0 ? ExitCode::differences : ExitCode::done;
}

}  // namespace cdckit::kcat_cdc
