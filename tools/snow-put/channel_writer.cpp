#include "tools/snow-put/channel_writer.hpp"

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

std::string& ChannelWriter::begin_row() {
  if (!current_) start_batch();
  row_begin_ = current_->body.size();
  return current_->body;
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
                                    std::string_view line,
                                    std::uint64_t sequence) {
  BatchPointer full;
  if (current_->body.size() > kLargestBody && !current_->rows.empty()) {
    full = split_last_row();
    full->end_token = marks.token();
    outstanding_.push_back(full->first_sequence);
  }
  marks.advance(info.position);
  Batch& batch = *current_;
  if (batch.rows.empty()) {
    batch.opened = std::chrono::steady_clock::now();
    batch.first_sequence = sequence;
    batch.start_token = marks.token();
  }
  if (keep_lines_) batch.raw += line;
  batch.rows.push_back(info);
  batch.rows.back().raw_end = batch.raw.size();
  return full;
}

BatchPointer ChannelWriter::cut() {
  if (!current_ || current_->rows.empty()) return nullptr;
  current_->end_token = marks.token();
  outstanding_.push_back(current_->first_sequence);
  return std::move(current_);
}

void ChannelWriter::settle(std::size_t batches) {
  for (std::size_t i = 0; i < batches && !outstanding_.empty(); ++i) outstanding_.pop_front();
}

std::uint64_t ChannelWriter::oldest_outstanding() const noexcept {
  if (!outstanding_.empty()) return outstanding_.front();
  if (current_ && !current_->rows.empty()) return current_->first_sequence;
  return std::numeric_limits<std::uint64_t>::max();
}

std::optional<std::chrono::steady_clock::time_point> ChannelWriter::opened() const noexcept {
  if (!current_ || current_->rows.empty()) return std::nullopt;
  return current_->opened;
}

}  // namespace cdckit::snow_put
