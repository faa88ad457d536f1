#include "tools/snow-put/ingest/settlement.hpp"

#include "common/base/clock.hpp"
#include "common/log/log.hpp"
#include "common/ndjson/text.hpp"
#include "common/snow/identifiers.hpp"
#include "tools/snow-put/merge/fold_state.hpp"
#include "tools/snow-put/target/source_state.hpp"

#include <algorithm>
#include <chrono>
#include <optional>
#include <unistd.h>

namespace cdckit::snow_put {
namespace {

constexpr double kMicroseconds = 1e6;

bool has_position(const event::RowPosition& row) {
  return row.origin != event::Origin::plain;
}

std::string position_text(const event::RowPosition& row) {
  return event::to_text(row.position);
}

// Written in its place: a text that is made elsewhere and moved lets GCC's optimiser see a read
// past the end of its short form.
void add_position(std::vector<std::string>& texts, const event::RowPosition& row) {
  event::append_position(texts.emplace_back(), row.position);
}

// Its table tells this row from others: a journal knows all positions, metadata those alone that
// events brought along.
bool is_told(const ChannelWriter& writer, const event::RowPosition& row) {
  return has_position(row) && (row.origin != event::Origin::offset ||
                               writer.target->description.find(std::string(kPos)) != nullptr);
}

bool in_journal(const ChannelWriter& writer) {
  return writer.target->description.find(std::string(kPos)) != nullptr;
}

// Those that the journal does not hold.
std::vector<Resent> missing_rows(snow::SqlApi& api,
                                 const snow::TableAddress& journal,
                                 const std::vector<Resent>& rows) {
  std::vector<std::string> wanted;
  for (const Resent& row : rows) add_position(wanted, row.position);
  const Positions stored = stored_positions(api, journal, snow::sql_name(kPos), wanted);
  std::vector<Resent> missing;
  for (const Resent& row : rows) {
    if (!stored.contains(position_text(row.position))) missing.push_back(row);
  }
  return missing;
}

}  // namespace

Settlement::Settlement(
    cli::Context& context, pipe::SinkEnd& end, BadRows& bad_rows, Channels& channels, SqlOwner& sql)
    : end_(end),
      bad_rows_(bad_rows),
      channels_(channels),
      sql_(sql),
      meters_{context.metrics(),
              context.metrics().histogram("snow_put_commit_delay_seconds",
                                          "From the commit at the source until the row is durable.",
                                          metrics::delay_bounds()),
              context.metrics().histogram(
                  "snow_put_batch_seconds",
                  "From a batch's first row until its channel's token passed it.",
                  metrics::delay_bounds()),
              context.metrics().counter("snow_put_refused_rows_total",
                                        "Rows that the service refused.")},
      receipts_(STDOUT_FILENO, ndjson::Writer::Flush::every_line) {}

void Settlement::settle(std::vector<Committed> groups) {
  for (Committed& group : groups) {
    const ChannelId channel = group.channel;
    waiting_[channel].groups.push_back(std::move(group));
    settle_next(channel);
  }
  if (!groups.empty()) acknowledge();
}

void Settlement::settle_next(ChannelId channel) {
  Waiting& waiting = waiting_[channel];
  while (!waiting.groups.empty() && !waiting.asking) {
    if (ask_which(channel, waiting)) return;
    settle(waiting, waiting.groups.front(), nullptr);
    waiting.groups.pop_front();
  }
  if (waiting.groups.empty() && waiting.unexplained == 0) waiting_.erase(channel);
}

// The service says how many rows it refused, not which: the table tells.
bool Settlement::ask_which(ChannelId channel, Waiting& waiting) {
  const Committed& group = waiting.groups.front();
  const ChannelWriter& writer = channels_.by_id(channel);
  const std::string position = position_sql(writer.target->description);
  if (waiting.unexplained + group.settled.row_errors == 0 || position.empty()) return false;
  std::vector<std::string> wanted;
  for (const BatchPointer& batch : group.settled.batches) {
    if (batch->refused()) continue;
    for (const RowInfo& row : batch->rows) {
      if (is_told(writer, row.position)) add_position(wanted, row.position);
    }
  }
  if (wanted.empty()) return false;
  waiting.asking = true;
  sql_.submit([this,
               channel,
               number = start_lookup(),
               table = writer.target->table,
               position,
               wanted = std::move(wanted)](snow::SqlApi& api) -> SqlOwner::Done {
    std::optional<Positions> stored;
    try {
      stored = stored_positions(api, table, position, wanted);
    } catch (const snow::SqlError& error) {
      if (error.retryable()) throw;
      log::warning(std::string("could not ask which rows were refused: ") + error.what());
    }
    return [this, channel, number, stored = std::move(stored)] {
      Waiting& asked = waiting_[channel];
      lookups_.erase(number);
      asked.asking = false;
      settle(asked, asked.groups.front(), stored ? &*stored : nullptr);
      asked.groups.pop_front();
      settle_next(channel);
      acknowledge();
    };
  });
  return true;
}

void Settlement::settle(Waiting& waiting, const Committed& group, const Positions* stored) {
  ChannelWriter& writer = channels_.by_id(group.channel);
  waiting.unexplained += group.settled.row_errors;
  for (const BatchPointer& batch : group.settled.batches) {
    if (batch->refused()) {
      refuse_batch(*batch);
      continue;
    }
    std::uint64_t missing = 0;
    if (waiting.unexplained > 0 && stored != nullptr) {
      missing = std::min(waiting.unexplained,
                         refuse_missing(writer, *batch, *stored, group.settled.error_message));
      waiting.unexplained -= missing;
    }
    receipt(writer, *batch, missing);
    count(writer, *batch, missing);
  }
  if (waiting.unexplained > 0 && (group.settled.all || stored == nullptr))
    refuse_rest(writer, waiting, group);
  writer.settle(group.settled.batches);
  touch(writer, *group.settled.batches.back());
}

void Settlement::touch(const ChannelWriter& writer, const Batch& last) {
  if (!writer.target->mergeable) return;
  touched_.mirrors.insert(writer.target->name);
  std::string& newest = touched_.newest[writer.target->name];
  if (!last.rows.empty()) newest = std::max(newest, position_text(last.rows.back().position));
}

void Settlement::take_touched_up_to(const std::string& pos) {
  std::erase_if(touched_.mirrors,
                [&](const std::string& name) { return touched_.newest[name] < pos; });
}

void Settlement::receipt(const ChannelWriter& writer, const Batch& batch, std::uint64_t refused) {
  const auto age = std::chrono::duration_cast<std::chrono::milliseconds>(
      std::chrono::steady_clock::now() - batch.opened);
  std::string line = R"({"tool":"snow-put","table":)";
  ndjson::append_string(line, writer.target->name);
  line += R"(,"channel":)";
  ndjson::append_string(line, writer.name);
  line += R"(,"rows":)" + std::to_string(batch.rows.size() - refused) + R"(,"bytes":)" +
          std::to_string(batch.frame.size()) + R"(,"ms":)" + std::to_string(age.count()) +
          R"(,"token":")" + batch.end_token + R"(","pos":)";
  if (has_position(batch.rows.back().position)) {
    line += '"' + position_text(batch.rows.back().position) + "\"}";
  } else {
    line += "null}";
  }
  receipts_.write(line);
}

void Settlement::count(const ChannelWriter& writer, const Batch& batch, std::uint64_t refused) {
  const metrics::Labels labels = {{"table", writer.target->name}};
  meters_.all.counter("snow_put_rows_total", "Rows made durable.", labels)
      .add(static_cast<double>(batch.rows.size() - refused));
  meters_.all.counter("snow_put_bytes_total", "Bytes of their bodies, before compression.", labels)
      .add(static_cast<double>(batch.body_bytes));
  meters_.all.counter("snow_put_sent_bytes_total", "Bytes of their bodies on the wire.", labels)
      .add(static_cast<double>(batch.frame.size()));
  const std::chrono::duration<double> age = std::chrono::steady_clock::now() - batch.opened;
  meters_.seconds.observe(age.count());
  if (batch.oldest_ts_us == 0) return;
  const std::int64_t now = base::unix_microseconds();
  meters_.delay.observe(static_cast<double>(now - batch.oldest_ts_us) / kMicroseconds);
}

void Settlement::refuse(const RowInfo& row,
                        std::uint64_t sequence,
                        std::string_view reason,
                        std::string_view code,
                        std::string_view line) {
  meters_.refused.add();
  const std::string pos = has_position(row.position) ? position_text(row.position) : "";
  bad_rows_.add({row.line, pos, reason, code, line}, sequence == 0 ? 0 : sequence - 1);
}

void Settlement::refuse_batch(const Batch& batch) {
  for (std::size_t i = 0; i < batch.rows.size(); ++i) {
    refuse(batch.rows[i],
           batch.first_sequence + i,
           batch.refusal.reason,
           batch.refusal.code,
           batch.raw_line(i));
  }
}

std::uint64_t Settlement::refuse_missing(const ChannelWriter& writer,
                                         const Batch& batch,
                                         const Positions& stored,
                                         const std::string& message) {
  std::uint64_t missing = 0;
  for (std::size_t i = 0; i < batch.rows.size(); ++i) {
    if (!is_told(writer, batch.rows[i].position)) continue;
    if (stored.contains(position_text(batch.rows[i].position))) continue;
    ++missing;
    refuse(batch.rows[i], batch.first_sequence + i, message, "", batch.raw_line(i));
  }
  return missing;
}

void Settlement::refuse_rest(const ChannelWriter& writer,
                             Waiting& waiting,
                             const Committed& group) {
  const Batch& batch = *group.settled.batches.back();
  if (batch.rows.empty()) return;
  const std::uint64_t sequence = batch.first_sequence + batch.rows.size() - 1;
  refuse(batch.rows.back(),
         sequence,
         std::to_string(waiting.unexplained) + " rows of channel \"" + writer.name +
             "\" up to this one were refused: " + group.settled.error_message,
         "",
         {});
  waiting.unexplained = 0;
}

// A row that is covered and not there: refused before, or the positions are another source's, or it
// was taken out of the journal because it is old and folded.
void Settlement::check_resent(ChannelWriter& writer) {
  if (writer.resent.empty()) return;
  std::vector<Resent> rows = std::exchange(writer.resent, {});
  if (!in_journal(writer)) return;
  const Target& target = *writer.target;
  const snow::TableAddress state{target.table.database, target.table.schema, kStateTable};
  const std::string what = "channel \"" + writer.name + "\"";
  sql_.submit([this,
               number = start_lookup(),
               rows = std::move(rows),
               journal = target.table,
               mirror = target.name,
               state,
               what,
               mark = writer.marks.token(),
               had_errors = writer.had_errors](snow::SqlApi& api) -> SqlOwner::Done {
    std::vector<Resent> missing;
    try {
      missing = missing_rows(api, journal, rows);
      if (!missing.empty()) {
        const std::string pruned = pruned_position(api, state, mirror);
        std::erase_if(missing,
                      [&](const Resent& row) { return position_text(row.position) <= pruned; });
      }
    } catch (const snow::SqlError& error) {
      if (error.retryable()) throw;
      missing.clear();
      log::warning("could not ask whether rows that came again are stored: " +
                   std::string(error.what()));
    }
    return [this, number, missing = std::move(missing), what, mark, had_errors] {
      lookups_.erase(number);
      judge_resent(missing, {what, mark, had_errors});
      acknowledge();
    };
  });
}

void Settlement::judge_resent(const std::vector<Resent>& missing, const Resender& from) {
  for (const Resent& row : missing) {
    if (!from.had_errors) {
      throw base::Error(base::ErrorKind::unavailable,
                        "could not go on with " + from.channel + ": position " +
                            position_text(row.position) + " is below its mark \"" + from.mark +
                            "\", and the journal does not hold it",
                        "The positions are those of another source, or the journal was cut: "
                        "give this source a --channel-prefix of its own and a new snapshot.");
    }
    refuse({row.line, row.position, 0}, 0, "the service refused this row before", "", row.text);
  }
}

std::uint64_t Settlement::limit() const noexcept {
  return bad_rows_.stops() ? bad_rows_.limit() + 1 : Checkpoints::kAll;
}

bool Settlement::stuck() const noexcept {
  if (!bad_rows_.stops() || !idle()) return false;
  const auto next = checking_ ? checking_->sequence : checkpoints_.next();
  return next && *next >= limit() &&
         *next < std::min(channels_.oldest_outstanding(), oldest_parked_());
}

// A checkpoint is done when the rows before it are, and those of them that came again are looked
// up.
void Settlement::acknowledge() {
  for (;;) {
    if (!checking_) {
      checking_ = checkpoints_.take_done(
          std::min({channels_.oldest_outstanding(), oldest_parked_(), limit()}));
      if (!checking_) return;
      for (ChannelWriter* writer : channels_.all()) check_resent(*writer);
      checked_after_ = last_lookup_;
    }
    if (!lookups_.empty() && *lookups_.begin() <= checked_after_) return;
    if (checking_->sequence >= limit()) return;
    const Checkpoint done = *std::exchange(checking_, std::nullopt);
    const std::uint64_t rejected = end_.rejected();
    end_.durable(done.mark, done.rows > rejected ? done.rows - rejected : 0);
    acknowledged_pos_ = done.pos;
  }
}

}  // namespace cdckit::snow_put
