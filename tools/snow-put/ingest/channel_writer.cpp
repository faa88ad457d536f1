#include "tools/snow-put/ingest/channel_writer.hpp"

#include "common/base/check.hpp"

#include <limits>
#include <utility>

namespace cdckit::snow_put {
namespace {

// There may be hundreds of channels; a busy one grows its own.
constexpr std::size_t kFirstReserve = 64U << 10U;

}  // namespace

ChannelWriter::ChannelWriter(ChannelId identifier,
                             Target& into,
                             std::string channel,
                             bool keep_lines)
    : id(identifier), target(&into), name(std::move(channel)), keep_lines_(keep_lines) {}

void ChannelWriter::start_batch() {
  current_ = std::make_unique<Batch>();
  current_->body.reserve(kFirstReserve);
}

std::string& ChannelWriter::begin_row(std::size_t expected) {
  if (!current_) start_batch();
  if (expected > kWideLine) current_->body.reserve(current_->body.size() + expected);
  row_begin_ = current_->body.size();
  return current_->body;
}

BatchPointer ChannelWriter::close_batch(BatchPointer batch) {
  batch->end_token = marks.token();
  outstanding_.push_back({batch->first_sequence, batch->rows.size(), batch->opened});
  return batch;
}

// The last row starts the next batch; what stood before it is full.
BatchPointer ChannelWriter::split_last_row() {
  BatchPointer full = std::move(current_);
  start_batch();
  current_->body.append(full->body, row_begin_);
  full->body.resize(row_begin_);
  return full;
}

BatchPointer ChannelWriter::end_row(const RowInfo& info,
                                    std::int64_t ts_us,
                                    std::string_view line,
                                    std::uint64_t sequence) {
  BatchPointer full;
  if (current_->body.size() > body_limit && !current_->rows.empty())
    full = close_batch(split_last_row());
  Batch& batch = *current_;
  const bool first = batch.rows.empty();
  if (first) batch.before = marks;
  marks.advance(info.position);
  if (first) {
    batch.opened = std::chrono::steady_clock::now();
    batch.first_sequence = sequence;
    batch.oldest_ts_us = ts_us;
    batch.start_token = marks.token();
  }
  if (keep_lines_) batch.raw += line;
  batch.rows.push_back(info);
  batch.rows.back().raw_end = batch.raw.size();
  if (!full && batch.body.size() > body_limit) full = close_batch(std::move(current_));
  return full;
}

BatchPointer ChannelWriter::cut() {
  if (!current_ || current_->rows.empty()) return nullptr;
  return close_batch(std::move(current_));
}

// They may have been cut further on their way.
void ChannelWriter::settle(const std::vector<BatchPointer>& batches) {
  for (const BatchPointer& batch : batches) {
    base::require_invariant(
        !outstanding_.empty() && batch->rows.size() <= outstanding_.front().rows,
        "batches settle once, in order");
    Outstanding& oldest = outstanding_.front();
    oldest.first_sequence = batch->first_sequence;
    oldest.rows -= batch->rows.size();
    if (oldest.rows == 0) outstanding_.pop_front();
  }
}

ChannelWriter::Waiting ChannelWriter::waiting() const noexcept {
  Waiting out;
  if (current_ && !current_->rows.empty()) out = {current_->rows.size(), current_->opened};
  for (const Outstanding& batch : outstanding_) out.rows += batch.rows;
  if (!outstanding_.empty()) out.since = outstanding_.front().opened;
  return out;
}

std::uint64_t ChannelWriter::oldest_outstanding() const noexcept {
  if (!outstanding_.empty()) return outstanding_.front().first_sequence;
  if (current_ && !current_->rows.empty()) return current_->first_sequence;
  return std::numeric_limits<std::uint64_t>::max();
}

bool ChannelWriter::empty() const noexcept {
  return oldest_outstanding() == std::numeric_limits<std::uint64_t>::max();
}

std::optional<std::chrono::steady_clock::time_point> ChannelWriter::opened() const noexcept {
  if (!current_ || current_->rows.empty()) return std::nullopt;
  return current_->opened;
}

}  // namespace cdckit::snow_put
