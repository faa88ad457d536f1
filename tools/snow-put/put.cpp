#include "tools/snow-put/put.hpp"

#include "common/base/clock.hpp"
#include "common/base/text.hpp"
#include "common/event/source.hpp"
#include "common/log/log.hpp"
#include "common/ndjson/text.hpp"
#include "tools/snow-put/connect.hpp"

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
constexpr std::size_t kMostResent = 5000;
constexpr std::uint64_t kLinesBetweenTicks = 256;
constexpr auto kNothing = std::numeric_limits<std::uint64_t>::max();

std::string_view without_quotes(std::string_view token) {
  return token.size() >= 2 && token.front() == '"' ? token.substr(1, token.size() - 2) : token;
}

// Origins and position of an event; a reason when it has none.
struct Placed {
  Origins origins;
  RowPosition position;
  std::int64_t ts_us = 0;
  const char* reason = nullptr;
};

// Events of other programs carry no position of ours: row LSN and Kafka offset together order the
// changes of one key just as well, since a row is locked until its transaction ends.
bool place_by_offset(Placed& placed, const event::Event& event, std::string_view offset) {
  const auto number = base::parse_unsigned(offset);
  if (!number) return false;
  const auto lsn =
      base::parse_unsigned(ndjson::find_member({event.source, event.source_members}, "lsn"));
  placed.position = {Origin::offset, {lsn.value_or(0), *number}};
  return true;
}

Placed place(const event::Event& event) {
  Placed placed;
  const event::Source source = event::read_source({event.source, event.source_members});
  placed.origins.schema = source.schema;
  placed.origins.table = source.table;
  placed.ts_us = base::parse_signed(source.ts_us).value_or(0);
  if (source.table.empty()) placed.reason = "source.table is missing";
  std::string_view offset;
  if (!event.kafka.empty()) {
    placed.origins.topic = without_quotes(ndjson::find_member(event.kafka, "topic"));
    placed.origins.partition = ndjson::find_member(event.kafka, "partition");
    offset = ndjson::find_member(event.kafka, "offset");
  }
  if (event.pos.empty()) {
    if (!place_by_offset(placed, event, offset)) placed.reason = "pos is missing";
    return placed;
  }
  const auto position = event::parse_position(event.pos);
  if (!position) placed.reason = "pos is no position";
  placed.position.origin = event.op == 'r' ? Origin::snapshot : Origin::stream;
  placed.position.position = position.value_or(event::Position{});
  return placed;
}

std::string sink_name(const Place& place) {
  return "snowflake:" + place.database + "." + place.schema;
}

}  // namespace

Put::Put(const Options& options, cli::Context& context, const snow::ConnectionSettings& settings)
    : options_(options),
      context_(context),
      wakeup_(context.stop()),
      api_(settings, sql_options(options, context.stop())),
      catalog_(options_, place_of(options, settings), api_),
      end_(context, {.name = sink_name(catalog_.place())}),
      uploader_(connected_transport(settings, options),
                {.commit_patience = options.retry_for, .wake_fd = wakeup_.event_fd()}),
      channels_(catalog_,
                uploader_,
                options.channel_prefix,
                pipe::input_settings(context).on_error == event::OnError::reject),
      settlement_(context, end_.input(), channels_, api_),
      read_(context.metrics().counter("snow_put_input_rows_total", "Data lines read.")),
      duplicates_(context.metrics().counter("snow_put_duplicates_total",
                                            "Rows left out because they are committed already.")),
      run_number_(base::parse_hex(base::random_id()).value_or(1)),
      next_merge_(steady_clock::now() + options.merge_every) {
  channels_.on_wait([this] {
    wakeup_.wait(kTick);
    settle();
  });
  if (options.merge_every.count() > 0) {
    merger_ = std::make_unique<Merger>(
        snow::SqlApi(settings, sql_options(options, context.stop())),
        snow::TableAddress{catalog_.place().database, catalog_.place().schema, ""},
        wakeup_.event_fd());
  }
}

base::ExitCode Put::run() {
  return end_.run(*this);
}

milliseconds Put::patience() const {
  return channels_.has_open_batch() ? kTick : kIdleTick;
}

void Put::after_line() {
  if (uploader_.has_news()) settle();
  if (lines_ % kLinesBetweenTicks != 0 && end_.has_buffered_line()) return;
  channels_.flush_opened_before(steady_clock::now() - options_.max_lag);
  merge_when_due();
}

// Nothing to read: what has waited a little goes out before its time.
void Put::on_quiet(bool woken) {
  if (woken) wakeup_.clear();
  settle();
  channels_.flush_opened_before(steady_clock::now() - std::min(options_.max_lag, kQuietLag));
  merge_when_due();
}

void Put::on_event(const event::Item& item) {
  take_event(item);
  after_line();
}

void Put::on_row(const event::Item& item) {
  take_row(item);
  after_line();
}

void Put::bad_line(const event::Item& item, std::string_view reason) {
  end_.bad_line({item.line_number, item.event.pos, reason, {}, item.text});
}

void Put::take_event(const event::Item& item) {
  ++lines_;
  read_.add();
  if (item.event.op == 'm') return;  // a logical message is no row of a table
  const Placed placed = place(item.event);
  if (placed.reason != nullptr) {
    bad_line(item, placed.reason);
    return;
  }
  ChannelWriter& writer = channels_.for_event(placed.origins);
  if (writer.marks.cover(placed.position)) {
    skip_duplicate(writer, placed.position, item);
    return;
  }
  if (!writer.target->broken.empty()) {
    bad_line(item, writer.target->broken);
    return;
  }
  const std::string reason =
      writer.target->encoder->encode_event(writer.begin_row(), item.event, placed.position);
  if (!reason.empty()) {
    bad_line(item, reason);
    return;
  }
  accept(writer, {item.line_number, placed.position, placed.ts_us, 0}, item);
}

void Put::take_row(const event::Item& item) {
  ++lines_;
  read_.add();
  ChannelWriter& writer = channels_.for_rows();
  const std::string reason = writer.target->encoder->encode_row(writer.begin_row(), item.text);
  if (!reason.empty()) {
    bad_line(item, reason);
    return;
  }
  const RowPosition position{Origin::plain, {run_number_, sequence_ + 1}};
  accept(writer, {item.line_number, position, 0, 0}, item);
}

void Put::accept(ChannelWriter& writer, const RowInfo& info, const event::Item& item) {
  context_.promise();
  ++sequence_;
  if (BatchPointer full = writer.end_row(info, item.text, sequence_)) {
    uploader_.append(writer.id, std::move(full));
  }
}

void Put::skip_duplicate(ChannelWriter& writer, const RowPosition& row, const event::Item& item) {
  duplicates_.add();
  if (!writer.check_resent) return;
  writer.resent.push_back({item.line_number, row, std::string(item.text)});
  if (writer.resent.size() >= kMostResent) settlement_.check_resent(writer);
}

void Put::on_control(const event::Item& item) {
  const event::Control& control = item.control;
  if (control.kind == ControlKind::schema) catalog_.learn(event::parse_schema_line(control.line));
  if (control.kind == ControlKind::revoked) channels_.revoke(control.partitions);
  after_line();
}

void Put::on_checkpoint(const event::Control& /*control*/, std::uint64_t mark, bool /*eof*/) {
  settlement_.add({mark, sequence_, lines_});
  lines_at_checkpoint_ = lines_;
  settlement_.acknowledge(end_);
  after_line();
}

void Put::settle() {
  settlement_.settle(uploader_.take(), end_);
  channels_.drop_closed();
  if (!merger_) return;
  for (const MergeResult& result : merger_->take())
    settlement_.receipts().write(merge_receipt(result));
}

void Put::merge_when_due() {
  if (!merger_ || !settlement_.has_touched() || steady_clock::now() < next_merge_) return;
  if (!merger_->idle()) return;
  merger_->request(settlement_.take_touched());
  next_merge_ = steady_clock::now() + options_.merge_every;
}

void Put::drain() {
  channels_.flush_all();
  while (channels_.oldest_outstanding() != kNothing) {
    wakeup_.wait(kTick);
    wakeup_.clear();
    settle();
  }
  settlement_.acknowledge(end_);
}

void Put::finish_merges() {
  if (!merger_) return;
  merger_->wait_idle();
  merger_->request(settlement_.take_touched());
  merger_->wait_idle();
  settle();
  settle();  // the first one may have taken results and left a failure
}

// Rows that no checkpoint covers are stored too: the journal knows them by their position when they
// come again.
bool Put::finish(pipe::Finish how, bool tracked) {
  drain();
  for (ChannelWriter* writer : channels_.all()) settlement_.check_resent(*writer);
  if (how != pipe::Finish::stopped) finish_merges();
  if (!tracked || how == pipe::Finish::whole) return true;
  return lines_ == lines_at_checkpoint_ && settlement_.all_acknowledged();
}

}  // namespace cdckit::snow_put
