#include "tools/snow-put/ingest/put.hpp"

#include "common/base/clock.hpp"
#include "common/base/text.hpp"
#include "common/log/log.hpp"
#include "common/snow/identifiers.hpp"
#include "tools/snow-put/merge/beside.hpp"

#include <algorithm>
#include <limits>
#include <utility>

namespace cdckit::snow_put {
namespace {

using event::ControlKind;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr milliseconds kQuietLag{150};
constexpr milliseconds kTick{50};
constexpr milliseconds kIdleTick{1000};
constexpr milliseconds kFastestPoll{100};
constexpr milliseconds kSlowestPoll{500};
constexpr std::size_t kMostResent = 5000;
// So many rows that came again are looked up in a run where none was refused: enough to see that
// they are the same source's.
constexpr std::uint64_t kResentSample = 1000;
constexpr std::uint64_t kLinesBetweenTicks = 256;
constexpr auto kNothing = std::numeric_limits<std::uint64_t>::max();

std::string sink_name(const Place& place) {
  return "snowflake:" + place.database + "." + place.schema;
}

// Failing is a warning: rows go on without it.
MirrorHook beside_mirrors(const Place& place, const TargetSettings& target) {
  if (target.rows.layout != Layout::journal) return {};
  const snow::TableAddress state{place.database, place.schema, kStateTable};
  return [state, history = target.history](
             snow::SqlApi& api, const snow::TableAddress& mirror, bool is_new) {
    try {
      make_beside(api, {mirror, state, is_new, history});
    } catch (const snow::SqlError& error) {
      log::warning("could not make what stands beside " + snow::sql_name(mirror) + ": " +
                   error.what());
    }
  };
}

}  // namespace

Put::Put(PutSettings settings, cli::Context& context)
    : settings_(std::move(settings)),
      context_(context),
      wakeup_(context.stop()),
      catalog_(TableKeeper(
          settings_.target, settings_.place, beside_mirrors(settings_.place, settings_.target))),
      end_(context, {.name = sink_name(settings_.place)}),
      bad_rows_(end_),
      network_({.connection = settings_.connection,
                .streaming = settings_.streaming,
                .max_rate = settings_.max_rate,
                .poll_every = std::clamp(settings_.max_lag, kFastestPoll, kSlowestPoll),
                .wake_fd = wakeup_.event_fd()}),
      sql_(settings_.connection, settings_.sql, wakeup_.event_fd()),
      channels_(catalog_, network_, sql_, settings_.channels),
      tables_(
          catalog_, channels_, sql_, [this](const ParkedLine& line) { return take_parked(line); }),
      settlement_(context, end_, bad_rows_, channels_, sql_),
      source_(settings_.place, settings_.channels.prefix, settings_.target.create),
      meter_(context.metrics()),
      merging_{{}, steady_clock::now() + settings_.merge_every, {}} {
  reading_.run_number = base::parse_hex(base::random_id()).value_or(1);
  channels_.on_wait([this] { wait_a_moment(); });
  settlement_.on_parked([this] { return std::min(tables_.oldest(), reading_.held.oldest()); });
  if (catalog_.layout() == Layout::journal) start_merger();
}

// What could not be read, or stored, ends the run; what stands before it is made durable first.
base::ExitCode Put::run() {
  try {
    return end_.run(*this);
  } catch (const snow::SqlError& error) {
    if (error.kind() != base::ErrorKind::data) throw;
    throw base::Error(base::ErrorKind::unavailable, error.what(), std::string(error.hint()));
  } catch (const base::Error& error) {
    if (error.kind() == base::ErrorKind::data || bad_rows_.stops()) drain();
    throw;
  }
}

milliseconds Put::patience() const {
  return channels_.has_open_batch() || !reading_.held.empty() ? kTick : kIdleTick;
}

void Put::after_line() {
  if (network_.has_news() || sql_.has_news()) settle();
  if (reading_.lines % kLinesBetweenTicks != 0 && end_.has_buffered_line()) return;
  const auto now = steady_clock::now();
  if (!reading_.held.empty() && now - reading_.held.since() > settings_.max_lag) release_rows();
  channels_.flush_opened_before(now - settings_.max_lag);
  merge_when_due();
  if (settlement_.stuck()) bad_rows_.rethrow();
}

// Nothing to read: what has waited a little goes out before its time.
void Put::on_quiet(bool woken) {
  if (woken) wakeup_.clear();
  release_rows();
  settle();
  channels_.flush_opened_before(steady_clock::now() - std::min(settings_.max_lag, kQuietLag));
  merge_when_due();
  if (settlement_.stuck()) bad_rows_.rethrow();
}

void Put::wait_a_moment() {
  wakeup_.wait(kTick);
  wakeup_.clear();
  settle();
}

void Put::on_event(const event::Item& item) {
  ++reading_.lines;
  meter_.read();
  if (item.event.op != 'm') route(item, reading_.lines);  // a message is no row of a table
  after_line();
}

void Put::on_row(const event::Item& item) {
  ++reading_.lines;
  meter_.read();
  route(item, reading_.lines);
  after_line();
}

// Where the service is why its table takes no rows, that is what ends the run.
void Put::bad_line(const event::Item& item,
                   std::uint64_t sequence,
                   std::string_view reason,
                   const Target* target) {
  bad_rows_.add({item.line_number, item.event.pos, reason, {}, item.text},
                sequence - 1,
                target != nullptr ? target->failure : std::nullopt);
}

Placed Put::place(Placer& placer, const event::Item& item) const {
  return item.kind == event::ItemKind::row ? Placer::place_row(item.event)
                                           : placer.place(item.event);
}

Shards& Put::shards_of(const event::Item& item, const Placed& placed) {
  return item.kind == event::ItemKind::row ? channels_.for_rows(placed.origins)
                                           : channels_.for_event(placed.origins);
}

void Put::route(const event::Item& item, std::uint64_t sequence) {
  Placed placed = place(reading_.placer, item);
  if (placed.reason != nullptr) return bad_line(item, sequence, placed.reason);
  Shards& shards = shards_of(item, placed);
  while (!TableFlow::takes(shards)) {
    if (tables_.has_room(item.text.size()))
      return tables_.park(*shards.target, item.line_number, sequence, item.text);
    wait_a_moment();
  }
  if (!take(shards, placed, item, sequence))
    tables_.park(*shards.target, item.line_number, sequence, item.text);
}

bool Put::take_parked(const ParkedLine& line) {
  event::Item item;
  event::LineKind kind{};
  item.line_number = line.line;
  item.text = line.text;
  reading_.parked_decoder.decode(line.text, false, kind, item.event);
  item.kind = kind == event::LineKind::row ? event::ItemKind::row : event::ItemKind::event;
  Placed placed = place(reading_.parked_placer, item);
  Shards& shards = shards_of(item, placed);
  if (item.kind == event::ItemKind::row && awaits_rows(*shards.target)) {
    reading_.held.add(item, line.sequence);
    if (reading_.held.enough()) release_rows();
    return true;
  }
  return channels_.open(shards) && take(shards, placed, item, line.sequence);
}

// The first rows of a table that is made of what they show wait until enough of them are there.
bool Put::awaits_rows(const Target& target) const {
  return settings_.target.create && catalog_.layout() != Layout::variant && target.known &&
         !target.has_table() && !target.failure;
}

void Put::release_rows() {
  if (reading_.held.empty()) return;
  const GuessedColumns guessed = reading_.held.guessed();
  tables_.create_for_rows(catalog_.for_rows(), guessed, reading_.held.take());
}

// Nothing of any table waits.
void Put::pass_parked() {
  release_rows();
  while (!tables_.idle()) {
    wait_a_moment();
    release_rows();
  }
}

// False: its table grows for it first.
bool Put::take(Shards& shards, Placed& placed, const event::Item& item, std::uint64_t sequence) {
  Target& target = *shards.target;
  if (shards.writers.empty()) {
    bad_line(item, sequence, target.broken, &target);
    return true;
  }
  ChannelWriter& writer = shards.of(item.event.op == 't' ? std::string_view() : item.event.key);
  if (writer.halted || is_known(shards, writer, placed, item, sequence)) return true;
  std::string reason = target.broken;
  if (reason.empty()) reason = encode(writer, begin_row(writer, item), item, placed);
  if (!reason.empty()) {
    if (grows_for(target, item)) return false;
    // where it ends the run its channel's token must not pass it: with other flags it may come
    // again
    bad_line(item, sequence, reason, &target);
    writer.halted = bad_rows_.stops();
    return true;
  }
  if (placed.position.origin == event::Origin::plain)
    placed.position.position = {reading_.run_number, sequence};
  context_.promise();
  BatchPointer full =
      writer.end_row({item.line_number, placed.position, 0}, placed.ts_us, item.text, sequence);
  if (full) channels_.send(writer, std::move(full));
  return true;
}

bool Put::grows_for(Target& target, const event::Item& item) {
  if (item.kind != event::ItemKind::row || !target.broken.empty()) return false;
  GuessedColumns guessed;
  guessed.see(item.event);
  return tables_.grow(target, guessed);
}

// Appends the line's row; otherwise nothing, and the reason is returned.
std::string Put::encode(ChannelWriter& writer,
                        std::string& out,
                        const event::Item& item,
                        const Placed& placed) {
  const Target& target = *writer.target;
  if (item.kind == event::ItemKind::row) return target.encoder->encode_row(out, item.event);
  if (!target.decoder)
    return target.encoder->encode_event(out, item.event, placed.position, writer.name);
  reading_.plain = item.event;
  if (const event::FieldProblem* problem = target.decoder->decode(reading_.plain)) {
    std::string reason = target.decoder->problem_text();
    if (!problem->hint.empty())
      reason.append(". ").append(problem->hint).append(" --layout variant stores it as it is.");
    return reason;
  }
  return target.encoder->encode_event(out, reading_.plain, placed.position, writer.name);
}

// Wide rows do not wait for others: memory must not depend on how wide they are.
std::string& Put::begin_row(ChannelWriter& writer, const event::Item& item) {
  if (item.text.size() > kWideLine) channels_.flush(writer);
  return writer.begin_row(item.text.size());
}

// A lower offset with a later time than the channel's last row: the topic was made again.
void Put::refuse_other_topic(const ChannelWriter& writer, const Placed& placed) const {
  if (!writer.marks.contradict(placed.position)) return;
  throw base::Error(base::ErrorKind::unavailable,
                    "could not go on with channel \"" + writer.name + "\": offset " +
                        std::to_string(placed.position.position.ordinal) +
                        " is at or below its token \"" + writer.marks.token() +
                        "\" and later than it: topic \"" + std::string(placed.origins.topic) +
                        "\" was made again",
                    "Give the new topic a --channel-prefix of its own, or drop the channel.");
}

// True for a row that came before.
bool Put::is_known(Shards& shards,
                   ChannelWriter& writer,
                   const Placed& placed,
                   const event::Item& item,
                   std::uint64_t sequence) {
  const bool old = !shards.old.empty() && shards.old.cover(placed.origins.key, placed.position);
  if (!old && !writer.marks.cover(placed.position)) return false;
  refuse_other_topic(writer, placed);
  meter_.duplicate();
  // a bad row is one each time: its first reject may have died with its process
  std::string reason = writer.target->broken;
  if (reason.empty() && item.kind == event::ItemKind::event)
    reason = encode(writer, reading_.scratch, item, placed);
  reading_.scratch.clear();
  if (!reason.empty()) {
    bad_line(item, sequence, reason, writer.target);
    return true;
  }
  // its journal may hold rows that are not folded
  if (writer.resent_rows == 0) settlement_.touch(*writer.target);
  ++writer.resent_rows;
  if (!writer.had_errors && writer.resent_rows > kResentSample) return true;
  writer.resent.push_back({item.line_number,
                           placed.position,
                           writer.had_errors ? std::string(item.text) : std::string()});
  if (writer.resent.size() >= kMostResent) settlement_.check_resent(writer);
  return true;
}

// Nothing is read on before it is known whose positions these are.
void Put::check_source(const std::string& source) {
  if (source.empty()) return;
  const auto checked = std::make_shared<bool>(false);
  sql_.submit([this, checked, source, state = source_](snow::SqlApi& api) -> SqlOwner::Done {
    SourceState judged = state;
    judged.check(api, source);
    return [this, checked, judged] {
      source_ = judged;
      *checked = true;
    };
  });
  while (!*checked) wait_a_moment();
}

void Put::on_control(const event::Item& item) {
  const event::Control& control = item.control;
  release_rows();
  switch (control.kind) {
    case ControlKind::hello:
      pass_parked();
      check_source(std::string(control.source));
      catalog_.hello(control.encoding);
      break;
    case ControlKind::schema:
      tables_.learn(event::parse_schema_line(control.line));
      break;
    case ControlKind::revoked:
      channels_.expect_owner(control.partitions);
      pass_parked();  // rows of them may be among those
      channels_.revoke(control.partitions);
      break;
    default:
      break;
  }
  after_line();
}

void Put::on_checkpoint(const event::Control& control, std::uint64_t mark, bool /*eof*/) {
  release_rows();
  bad_rows_.rethrow();
  settlement_.add({mark, reading_.lines, reading_.lines, control.pos});
  reading_.lines_at_checkpoint = reading_.lines;
  settlement_.acknowledge();
  after_line();
}

void Put::settle() {
  News news = network_.take();
  channels_.opened(news.opened);
  settlement_.settle(std::move(news.committed));
  for (const SqlOwner::Done& done : sql_.take()) done();
  channels_.drop_closed();
  tables_.advance();
  settlement_.acknowledge();  // lines that were parked may all have been known
  meter_.reopened(network_.reopenings());
  if (const auto now = steady_clock::now(); meter_.due(now)) meter_.look(channels_.all(), now);
  if (!merging_.merger) return;
  for (const MergeResult& result : merging_.merger->take()) {
    count_merge(context_.metrics(), result);
    settlement_.receipts().write(merge_receipt(result));
  }
  settlement_.touch(merging_.merger->take_unfinished());
}

void Put::drain() {
  pass_parked();
  network_.hurry(true);
  channels_.flush_all();
  while (channels_.oldest_outstanding() != kNothing) wait_a_moment();
  for (ChannelWriter* writer : channels_.all()) settlement_.check_resent(*writer);
  while (!settlement_.idle()) wait_a_moment();
  settlement_.acknowledge();
  while (!settlement_.idle()) wait_a_moment();
  network_.hurry(false);
}

// Rows that no checkpoint covers are stored too: the journal knows them by their position when they
// come again.
bool Put::finish(pipe::Finish how, bool tracked) {
  drain();
  bad_rows_.rethrow();
  meter_.look(channels_.all(), steady_clock::now());
  if (how != pipe::Finish::stopped) finish_merges(how == pipe::Finish::whole || !tracked);
  if (!tracked || how == pipe::Finish::whole) return true;
  return reading_.lines == reading_.lines_at_checkpoint && settlement_.all_acknowledged();
}

}  // namespace cdckit::snow_put
