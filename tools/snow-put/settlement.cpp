#include "tools/snow-put/settlement.hpp"

#include "common/base/clock.hpp"
#include "common/log/log.hpp"
#include "common/ndjson/text.hpp"

#include <chrono>
#include <unistd.h>

namespace cdckit::snow_put {
namespace {

constexpr double kMicroseconds = 1e6;

std::string position_text(const RowPosition& row) {
  return event::to_text(row.position);
}

// Written in its place: a text that is made elsewhere and moved lets GCC's optimiser see a read
// past the end of its short form.
void add_position(std::vector<std::string>& texts, const RowPosition& row) {
  event::append_position(texts.emplace_back(), row.position);
}

}  // namespace

Settlement::Settlement(cli::Context& context,
                       event::Input& input,
                       Channels& channels,
                       snow::SqlApi& api)
    : input_(input),
      channels_(channels),
      api_(api),
      metrics_(context.metrics()),
      delay_(metrics_.histogram("snow_put_commit_delay_seconds",
                                "From the commit at the source until the row is durable.",
                                metrics::delay_bounds())),
      refused_(metrics_.counter("snow_put_refused_rows_total", "Rows that the service refused.")),
      receipts_(STDOUT_FILENO, ndjson::Writer::Flush::every_line) {}

void Settlement::settle(std::vector<Committed> groups, pipe::SinkEnd& end) {
  for (Committed& group : groups) settle(group);
  if (!groups.empty()) acknowledge(end);
}

void Settlement::settle(Committed& group) {
  ChannelWriter& writer = channels_.by_id(group.channel);
  for (const BatchPointer& batch : group.batches) {
    if (batch->too_large) {
      refuse_too_large(*batch);
      continue;
    }
    receipt(writer, *batch);
    count(writer, *batch);
  }
  if (group.row_errors > 0) refuse_rows(writer, group);
  writer.settle(group.batches.size());
  if (writer.target->mergeable) touched_.insert(writer.target->name);
}

void Settlement::receipt(const ChannelWriter& writer, const Batch& batch) {
  const auto age = std::chrono::duration_cast<std::chrono::milliseconds>(
      std::chrono::steady_clock::now() - batch.opened);
  std::string line = R"({"tool":"snow-put","table":)";
  ndjson::append_string(line, writer.target->name);
  line += R"(,"channel":)";
  ndjson::append_string(line, writer.name);
  line += R"(,"rows":)" + std::to_string(batch.rows.size()) + R"(,"bytes":)" +
          std::to_string(batch.frame.size()) + R"(,"ms":)" + std::to_string(age.count()) +
          R"(,"token":")" + batch.end_token + R"(","pos":)";
  if (batch.rows.back().position.origin == Origin::plain) {
    line += "null}";
  } else {
    line += '"' + position_text(batch.rows.back().position) + "\"}";
  }
  receipts_.write(line);
}

void Settlement::count(const ChannelWriter& writer, const Batch& batch) {
  const metrics::Labels labels = {{"table", writer.target->name}};
  metrics_.counter("snow_put_rows_total", "Rows made durable.", labels)
      .add(static_cast<double>(batch.rows.size()));
  metrics_.counter("snow_put_bytes_total", "Bytes of their bodies, before compression.", labels)
      .add(static_cast<double>(batch.body_bytes));
  metrics_.counter("snow_put_sent_bytes_total", "Bytes of their bodies on the wire.", labels)
      .add(static_cast<double>(batch.frame.size()));
  const std::int64_t now = base::unix_microseconds();
  for (const RowInfo& row : batch.rows) {
    if (row.ts_us > 0) delay_.observe(static_cast<double>(now - row.ts_us) / kMicroseconds);
  }
}

void Settlement::refuse(const RowInfo& row, std::string_view reason, std::string_view line) {
  refused_.add();
  const std::string pos =
      row.position.origin == Origin::plain ? std::string() : position_text(row.position);
  input_.bad_line({row.line, pos, reason, {}, line});
}

void Settlement::refuse_too_large(const Batch& batch) {
  for (std::size_t i = 0; i < batch.rows.size(); ++i) {
    refuse(
        batch.rows[i], "the row is larger than the service takes in one body", batch.raw_line(i));
  }
}

std::uint64_t Settlement::refuse_missing(const Committed& group, const Positions& stored) {
  std::uint64_t missing = 0;
  for (const BatchPointer& batch : group.batches) {
    for (std::size_t i = 0; i < batch->rows.size() && !batch->too_large; ++i) {
      if (stored.contains(position_text(batch->rows[i].position))) continue;
      ++missing;
      refuse(batch->rows[i], group.error_message, batch->raw_line(i));
    }
  }
  return missing;
}

// The service says how many rows it refused, not which: the journal tells.
void Settlement::refuse_rows(const ChannelWriter& writer, const Committed& group) {
  std::vector<std::string> wanted;
  const RowInfo* last = nullptr;
  for (const BatchPointer& batch : group.batches) {
    for (const RowInfo& row : batch->rows) {
      last = &row;
      if (row.position.origin != Origin::plain) add_position(wanted, row.position);
    }
  }
  std::uint64_t found = 0;
  if (!wanted.empty()) {
    found = refuse_missing(group, stored_positions(api_, writer.target->table, wanted));
  }
  if (found >= group.row_errors || last == nullptr) return;
  refuse(*last,
         std::to_string(group.row_errors - found) +
             " rows up to this one were refused: " + group.error_message,
         {});
}

void Settlement::check_resent(ChannelWriter& writer) {
  if (writer.resent.empty()) return;
  std::vector<std::string> wanted;
  for (const Resent& row : writer.resent) add_position(wanted, row.position);
  const Positions stored = stored_positions(api_, writer.target->table, wanted);
  for (const Resent& row : writer.resent) {
    if (stored.contains(position_text(row.position))) continue;
    refuse({row.line, row.position, 0, 0}, "the service refused this row before", row.text);
  }
  writer.resent.clear();
}

void Settlement::acknowledge(pipe::SinkEnd& end) {
  const auto done = checkpoints_.take_done(channels_.oldest_outstanding());
  if (!done) return;
  for (ChannelWriter* writer : channels_.all()) check_resent(*writer);
  const std::uint64_t rejected = input_.rejected();
  end.durable(done->mark, done->rows > rejected ? done->rows - rejected : 0);
}

}  // namespace cdckit::snow_put
