#include "tools/snow-put/channel/split.hpp"

#include "common/base/check.hpp"
#include "common/base/clock.hpp"
#include "common/compress/zstd.hpp"

namespace cdckit::snow_put {
namespace {

constexpr int kCompressionLevel = 1;
constexpr std::size_t kWideBody = 4U << 20U;

// Where line number `count` ends.
std::size_t end_of_lines(std::string_view body, std::size_t count) {
  std::size_t at = 0;
  for (std::size_t i = 0; i < count; ++i) at = body.find('\n', at) + 1;
  return at;
}

BatchPointer part(const Batch& whole, std::size_t begin, std::size_t end, std::string body) {
  auto batch = std::make_unique<Batch>();
  batch->before = whole.before;
  for (std::size_t i = 0; i < begin; ++i) batch->before.advance(whole.rows[i].position);
  event::Marks marks = batch->before;
  for (std::size_t i = begin; i < end; ++i) {
    marks.advance(whole.rows[i].position);
    if (i == begin) batch->start_token = marks.token();
    batch->raw += whole.raw_line(i);
    batch->rows.push_back(whole.rows[i]);
    batch->rows.back().raw_end = batch->raw.size();
  }
  batch->end_token = marks.token();
  batch->first_sequence = whole.first_sequence + begin;
  batch->oldest_ts_us = whole.oldest_ts_us;
  batch->opened = whole.opened;
  batch->body = std::move(body);
  compress(*batch);
  return batch;
}

}  // namespace

void compress(Batch& batch) {
  batch.body_bytes = batch.body.size();
  if (batch.body_bytes > kWideBody) {
    // in pieces: room for the worst case of a wide row would be as much again
    compress::ZstdWriter writer(kCompressionLevel);
    writer.append(batch.body, batch.frame);
    writer.finish(batch.frame);
  } else {
    thread_local compress::ZstdCompressor compressor(kCompressionLevel);
    compressor.compress(batch.body, batch.frame);
  }
  batch.frame.shrink_to_fit();
  std::string().swap(batch.body);
  batch.request_id = base::random_uuid();
}

std::pair<BatchPointer, BatchPointer> split(const Batch& batch) {
  base::require_invariant(batch.rows.size() > 1, "what is split has two rows or more");
  const std::size_t half = batch.rows.size() / 2;
  const std::string body = compress::zstd_decompress(batch.frame);
  const std::size_t border = end_of_lines(body, half);
  return {part(batch, 0, half, body.substr(0, border)),
          part(batch, half, batch.rows.size(), body.substr(border))};
}

}  // namespace cdckit::snow_put
