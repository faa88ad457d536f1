// Rows on their way to one channel: encoded, then compressed, kept until the channel's committed
// token has passed them. Owned by one thread at a time.
#pragma once

#include "common/event/marks.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace cdckit::snow_put {

struct RowInfo {
  std::uint64_t line = 0;
  event::RowPosition position;
  std::size_t raw_end = 0;  // where the row's line ends in Batch::raw
};

// Why the service takes no part of a batch (then it holds one row).
struct Refusal {
  std::string reason;  // empty: it was taken
  std::string code;
};

struct Batch {
  std::string body;   // NDJSON; empty once it is compressed
  std::string frame;  // zstd
  std::string raw;    // the input lines, only when rejected rows must be written out
  std::vector<RowInfo> rows;
  event::Marks before;  // the channel's marks in front of its first row
  std::string start_token;
  std::string end_token;
  std::string request_id;  // the same with every try
  std::size_t body_bytes = 0;
  std::uint64_t first_sequence = 0;  // number of its first row among all rows of this run
  std::int64_t oldest_ts_us = 0;     // commit at the source of its oldest row; 0: unknown
  Refusal refusal;
  std::chrono::steady_clock::time_point opened;

  [[nodiscard]] std::size_t weight() const noexcept {
    return body.size() + frame.size() + raw.size() + rows.size() * sizeof(RowInfo);
  }
  [[nodiscard]] bool refused() const noexcept { return !refusal.reason.empty(); }
  [[nodiscard]] std::string_view raw_line(std::size_t row) const noexcept {
    if (raw.empty()) return {};
    const std::size_t begin = row == 0 ? 0 : rows[row - 1].raw_end;
    return std::string_view(raw).substr(begin, rows[row].raw_end - begin);
  }
};

using BatchPointer = std::unique_ptr<Batch>;

}  // namespace cdckit::snow_put
