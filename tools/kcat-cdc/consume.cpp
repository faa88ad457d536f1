#include "tools/kcat-cdc/consume.hpp"

#include "common/base/clock.hpp"
#include "common/base/error.hpp"
#include "common/event/control.hpp"
#include "common/kafka/topic_reader.hpp"
#include "common/log/log.hpp"
#include "common/ndjson/text.hpp"
#include "common/retry/retry.hpp"
#include "tools/kcat-cdc/offset_text.hpp"
#include "tools/kcat-cdc/topic_names.hpp"

#include <algorithm>

namespace cdckit::kcat_cdc {

using base::Error;
using base::ErrorKind;
using base::ExitCode;
using std::chrono::milliseconds;

namespace {

constexpr std::size_t kOutputCapacity = 4U << 20U;
constexpr std::size_t kSubmitBytes = 128U << 10U;
constexpr std::uint64_t kCheckpointBytes = 8U << 20U;
constexpr milliseconds kCheckpointEvery{100};
constexpr std::uint32_t kLookEvery = 512;  // records between looks at clock and ack files
constexpr milliseconds kIdleWait{100};
constexpr milliseconds kAnswer{10'000};
constexpr std::chrono::seconds kPauseAfter{1};
constexpr std::chrono::seconds kEmptySettled{5};

std::string source_json(const std::string& cluster, const std::string& group) {
  std::string out = R"({"cluster":)";
  ndjson::append_string(out, cluster);
  out += R"(,"group":)";
  ndjson::append_string(out, group);
  return out + '}';
}

std::string where(const kafka::Record& record) {
  return "topic \"" + std::string(record.topic) + "\" partition " +
         std::to_string(record.partition) + " offset " + std::to_string(record.offset);
}

SchemaGate make_gate(const kafka::Settings& settings, signals::StopToken stop) {
  const auto fetch = [settings](const std::string& topic) {
    SchemaGate::Lines out;
    kafka::read_topic(settings, topic, kAnswer, [&](const kafka::Record& record) {
      if (record.key && record.value) out[std::string(*record.key)] = *record.value;
    });
    return out;
  };
  return {fetch, [stop] { return !stop.sleep_for(milliseconds(500)); }};
}

kafka::Settings consumer_settings(const ConsumeOptions& options, const kafka::Settings& settings) {
  kafka::Settings out = settings;
  out.push_back({"isolation.level",
                 options.isolation == "committed" ? "read_committed" : "read_uncommitted"});
  // where to begin is worked out here; an offset that is gone must be an error, never a jump
  out.push_back({"auto.offset.reset", "error"});
  return out;
}

// A group that nothing is committed for needs a name all the same.
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

ConsumeLoop::ConsumeLoop(const Options& options,
                         const kafka::Settings& settings,
                         cli::Context& context,
                         int output_fd)
    : options_(options.consume),
      retry_for_(options.connection.retry_for),
      settings_(consumer_settings(options.consume, settings)),
      context_(context),
      from_(parse_from(options.consume.from)),
      progress_(parse_until(options.consume.until)),
      end_(context, source_settings(options.consume, context.options(), output_fd)),
      schemas_(make_gate(settings, context.stop())),
      consumer_(settings_, group_of(options.consume), *this),
      lines_metric_(context.metrics().counter("kcat_cdc_lines_total", "Data lines given out.")),
      bytes_metric_(
          context.metrics().counter("kcat_cdc_line_bytes_total", "Bytes of data lines given out.")),
      commits_metric_(
          context.metrics().counter("kcat_cdc_commits_total", "Commits of group offsets.")) {}

ExitCode ConsumeLoop::run() {
  start();
  while (!context_.stop().stop_requested() && !finished()) {
    if (!step()) break;
  }
  return finish();
}

void ConsumeLoop::start() {
  const retry::Policy policy{.give_up_after = retry_for_};
  const std::string cluster = retry::run(
      policy, context_.stop(), [&] { return consumer_.cluster_id(milliseconds(5'000)); });
  const std::string source = source_json(cluster, options_.group);
  earlier_ = read_earlier(end_.read_files(), source);
  end_.hello(source, options_.from);
  consumer_.subscribe(options_.topics);
}

// False when nothing more is wanted.
bool ConsumeLoop::step() {
  const bool quiet = end_.lines().empty();
  switch (consumer_.poll(quiet ? kIdleWait : milliseconds(0))) {
    case kafka::Polled::record:
      on_record();
      break;
    case kafka::Polled::end_of_partition:
      on_end_of_partition();
      break;
    case kafka::Polled::nothing:
      idle();
      return true;
  }
  if (end_.lines().size() >= kSubmitBytes) {
    end_.submit();
    if (end_.full()) wait_for_room();
  }
  if (++since_looked_ >= kLookEvery) {
    since_looked_ = 0;
    checkpoint_if_due();
    commit_acknowledged();
  }
  return options_.limit < 0 || lines_total_ < static_cast<std::uint64_t>(options_.limit);
}

void ConsumeLoop::on_record() {
  const kafka::Record& record = consumer_.record();
  PartitionProgress* at = progress_.find(record.topic, record.partition);
  if (at == nullptr) return;  // given away a moment ago
  if (!progress_.wants(*at, record.offset, record.timestamp_ms)) {
    consumer_.pause({at->partition});
    return;
  }
  append_data(record, *at);
  progress_.read(*at, record.offset);
}

void ConsumeLoop::append_data(const kafka::Record& record, PartitionProgress& at) {
  std::string& out = end_.lines();
  if (!options_.raw && (!record.value || is_schema_topic(record.topic))) return;
  if (end_.settings().control) {
    const std::string_view hash = find_header(record, kSchemaHeader);
    if (hash != at.schema_hash) {
      schemas_.pass(hash, record.topic, out);
      at.schema_hash = hash;
    }
  }
  const std::size_t before = out.size();
  const char* reason =
      options_.raw ? lines_.append_raw(out, record) : lines_.append_line(out, record);
  if (reason != nullptr) {
    throw Error(ErrorKind::data,
                where(record) + ": could not read record: " + reason,
                options_.raw ? "" : "With --raw values are given out as they are.");
  }
  ++lines_total_;
  ++lines_since_checkpoint_;
  bytes_since_checkpoint_ += out.size() - before;
}

void ConsumeLoop::on_end_of_partition() {
  const kafka::Record& record = consumer_.record();
  PartitionProgress* at = progress_.find(record.topic, record.partition);
  if (at != nullptr) progress_.reached_end(*at, base::unix_milliseconds());
}

void ConsumeLoop::idle() {
  end_.submit();
  checkpoint_if_due();
  commit_acknowledged();
  look_after_brokers();
}

// The pipe is full. Heartbeats go on by themselves, but a group wants to see polls: after a moment
// the partitions are paused and polled empty.
void ConsumeLoop::wait_for_room() {
  const auto began = Clock::now();
  bool paused = false;
  while (end_.full() && !end_.stopping()) {
    end_.wait({}, kIdleWait);
    end_.submit();
    commit_acknowledged();
    if (Clock::now() - began < kPauseAfter) continue;
    if (!paused) consumer_.pause(progress_.partitions());
    paused = true;
    if (consumer_.poll(milliseconds(0)) == kafka::Polled::record) on_record();
  }
  if (paused) consumer_.resume(progress_.partitions());
}

void ConsumeLoop::checkpoint_if_due() {
  if (lines_since_checkpoint_ == 0) return;
  if (bytes_since_checkpoint_ < kCheckpointBytes &&
      Clock::now() - last_checkpoint_ < kCheckpointEvery)
    return;
  send_checkpoint();
}

void ConsumeLoop::send_checkpoint() {
  reach_here();
  (void)end_.checkpoint(true);
  end_.submit();
}

// What was given out so far is covered by the next checkpoint, or by the end.
void ConsumeLoop::reach_here() {
  commits_.reached(format_offsets(progress_.positions()), progress_.take_moved(), lines_total_);
  lines_metric_.add(static_cast<double>(lines_since_checkpoint_));
  bytes_metric_.add(static_cast<double>(bytes_since_checkpoint_));
  lines_since_checkpoint_ = 0;
  bytes_since_checkpoint_ = 0;
  last_checkpoint_ = Clock::now();
}

void ConsumeLoop::commit_acknowledged() {
  if (!commits_.poll()) return;
  consumer_.commit_soon(commits_.acknowledged());
  commits_metric_.add();
}

void ConsumeLoop::look_after_brokers() {
  const auto down = consumer_.down_for();
  if (!down || Clock::now() - last_look_ < std::chrono::seconds(1)) return;
  last_look_ = Clock::now();
  if (consumer_.reachable(milliseconds(500))) return;
  if (*down >= retry_for_) throw Error(ErrorKind::temporary, "could not go on: no broker answers");
}

bool ConsumeLoop::finished() {
  const auto now = base::unix_milliseconds();
  if (progress_.finished(now)) return true;
  // a member that got no partition has nothing to wait for, once the group has settled
  return !options_.until.empty() && progress_.empty() && rebalanced_ &&
         Clock::now() - *rebalanced_ > kEmptySettled;
}

ExitCode ConsumeLoop::finish() {
  reach_here();
  ended_ = true;
  const bool acknowledged = end_.finish([] {});
  (void)commits_.poll();
  if (commits_.enabled()) consumer_.commit(commits_.acknowledged());
  consumer_.close();
  if (!acknowledged) throw end_.why_unfinished();
  return ExitCode::done;
}

}  // namespace cdckit::kcat_cdc
