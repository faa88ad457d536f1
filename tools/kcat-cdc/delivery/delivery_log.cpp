#include "tools/kcat-cdc/delivery/delivery_log.hpp"

#include "common/ndjson/text.hpp"

#include <map>
#include <utility>

namespace cdckit::kcat_cdc {

namespace {
// 24 bits of batch number are enough: far fewer batches than that are on their way at a time.
constexpr unsigned kBatchBits = 24;
constexpr std::uint64_t kBatchMask = (std::uint64_t{1} << kBatchBits) - 1;
}  // namespace

std::uint64_t Tag::make(std::uint64_t line_number, std::uint64_t batch) noexcept {
  return (line_number << kBatchBits) | (batch & kBatchMask);
}

std::uint64_t Tag::line_number(std::uint64_t tag) noexcept {
  return tag >> kBatchBits;
}

std::uint64_t DeliveryLog::next_tag(std::uint64_t line_number) const noexcept {
  return Tag::make(line_number, number());
}

void DeliveryLog::sent(const Sent& record) {
  if (current_.records == 0) {
    current_.started_us = record.now_us;
    current_.timestamp_ms = record.timestamp_ms;
  }
  if (current_.by_target.size() <= record.target) current_.by_target.resize(record.target + 1);
  if (record.event) ++current_.by_target[record.target];
  ++current_.records;
  if (record.event) ++current_.events;
  if (record.tombstone) ++current_.tombstones;
  current_.bytes += record.bytes;
  ++current_.outstanding;
}

void DeliveryLog::unsent(const Sent& record) noexcept {
  --current_.records;
  if (record.event) --current_.events;
  if (record.tombstone) --current_.tombstones;
  if (record.event) --current_.by_target[record.target];
  current_.bytes -= record.bytes;
  --current_.outstanding;
}

Batch& DeliveryLog::batch_of(std::uint64_t tag) noexcept {
  const std::uint64_t index = (tag - first_) & kBatchMask;
  return index < closed_.size() ? closed_[index] : current_;
}

void DeliveryLog::settled(std::uint64_t tag) noexcept {
  --batch_of(tag).outstanding;
}

void DeliveryLog::refused(std::uint64_t tag, std::size_t target, std::uint64_t bytes) noexcept {
  Batch& batch = batch_of(tag);
  --batch.outstanding;
  if (batch.committing > 0) --batch.committing;
  --batch.records;
  --batch.events;
  batch.bytes -= bytes;
  --batch.by_target[target];
}

void DeliveryLog::begin_commit() noexcept {
  for (Batch& batch : closed_) batch.committing = batch.outstanding;
  current_.committing = current_.outstanding;
}

void DeliveryLog::end_commit() noexcept {
  const auto settle = [](Batch& batch) {
    batch.outstanding -= batch.committing;
    batch.committing = 0;
  };
  for (Batch& batch : closed_) settle(batch);
  settle(current_);
}

void DeliveryLog::note_border() {
  border_ = current_;
  border_.pos = last_pos_;
}

void DeliveryLog::keep_to_border() {
  current_ = border_;
  last_pos_ = border_.pos;
}

void DeliveryLog::close(std::string pos, std::optional<std::uint64_t> mark) {
  current_.pos = std::move(pos);
  current_.mark = mark;
  current_.closed = true;
  closed_.push_back(std::exchange(current_, Batch{}));
  border_ = Batch{};
}

void DeliveryLog::close_at_checkpoint(std::uint64_t mark,
                                      const std::string& pos,
                                      std::int64_t now_us) {
  // checkpoints without records between them are one batch, so that idle input cannot pile them up
  if (current_.records == 0 && !closed_.empty()) {
    closed_.back().mark = mark;
    closed_.back().pos = pos;
    return;
  }
  if (current_.records == 0) current_.started_us = now_us;
  close(pos, mark);
}

void DeliveryLog::close_at_time() {
  if (current_.records > 0) close(last_pos_, std::nullopt);
}

const Batch* DeliveryLog::complete() const noexcept {
  return !closed_.empty() && closed_.front().outstanding == 0 ? &closed_.front() : nullptr;
}

std::string receipt(const Batch& batch,
                    const std::vector<std::string>& targets,
                    std::int64_t now_us) {
  std::map<std::string, std::uint64_t> topics;  // a route may lead two tables to one topic
  for (std::size_t i = 0; i < batch.by_target.size(); ++i) {
    if (batch.by_target[i] > 0) topics[targets[i]] += batch.by_target[i];
  }
  std::string out = R"({"tool":"kcat-cdc",)";
  ndjson::append_member(out, "records", batch.events);
  ndjson::append_member(out, "tombstones", batch.tombstones);
  ndjson::append_member(out, "bytes", batch.bytes);
  ndjson::append_member(out, "ms", static_cast<std::uint64_t>((now_us - batch.started_us) / 1000));
  out += R"("pos":)";
  if (batch.pos.empty()) {
    out += "null";
  } else {
    ndjson::append_string(out, batch.pos);
  }
  out += R"(,"topics":{)";
  bool first = true;
  for (const auto& [topic, count] : topics) {
    if (!first) out += ',';
    first = false;
    ndjson::append_string(out, topic);
    out += ':' + std::to_string(count);
  }
  return out += "}}";
}

}  // namespace cdckit::kcat_cdc
