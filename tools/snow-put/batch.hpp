// Rows on their way to one channel: encoded, then compressed, kept until the channel's committed
// token has passed them.
#pragma once

#include "tools/snow-put/offset_token.hpp"

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace cdckit::snow_put {

struct RowInfo {
  std::uint64_t line = 0;
  RowPosition position;
  std::int64_t ts_us = 0;   // commit at the source; 0: unknown
  std::size_t raw_end = 0;  // where the row's line ends in Batch::raw
};

struct Batch {
  std::string body;   // NDJSON; empty once it is compressed
  std::string frame;  // zstd
  std::string raw;    // the input lines, only when rejected rows must be written out
  std::vector<RowInfo> rows;
  std::string start_token;
  std::string end_token;
  std::size_t body_bytes = 0;
  std::uint64_t first_sequence = 0;  // number of its first row among all rows of this run
  bool too_large = false;            // the service takes no body of this size
  std::chrono::steady_clock::time_point opened;

  [[nodiscard]] std::size_t weight() const noexcept {
    return body.size() + frame.size() + raw.size() + rows.size() * sizeof(RowInfo);
  }
  [[nodiscard]] std::string_view raw_line(std::size_t row) const noexcept {
    if (raw.empty()) return {};
    const std::size_t begin = row == 0 ? 0 : rows[row - 1].raw_end;
    return std::string_view(raw).substr(begin, rows[row].raw_end - begin);
  }
};

using BatchPointer = std::unique_ptr<Batch>;

}  // namespace cdckit::snow_put
