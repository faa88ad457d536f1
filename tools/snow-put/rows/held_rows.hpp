// The first plain rows of a table that is to be made of what they show: kept until enough of them
// are there to tell. Pure.
#pragma once

#include "common/event/input.hpp"
#include "tools/snow-put/rows/guessed_columns.hpp"
#include "tools/snow-put/rows/parked_lines.hpp"

#include <chrono>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace cdckit::snow_put {

class HeldRows {
 public:
  void add(const event::Item& item, std::uint64_t sequence = 0) {
    if (rows_.empty()) since_ = std::chrono::steady_clock::now();
    guessed_.see(item.event);
    bytes_ += item.text.size();
    rows_.push_back({item.line_number, sequence, std::string(item.text), std::nullopt});
  }
  [[nodiscard]] bool empty() const noexcept { return rows_.empty(); }
  // Number of the oldest among the data lines; max: none.
  [[nodiscard]] std::uint64_t oldest() const noexcept {
    return rows_.empty() ? std::numeric_limits<std::uint64_t>::max() : rows_.front().sequence;
  }
  [[nodiscard]] bool enough() const noexcept { return rows_.size() >= kRows || bytes_ >= kBytes; }
  // When the first of them came.
  [[nodiscard]] std::chrono::steady_clock::time_point since() const noexcept { return since_; }
  [[nodiscard]] const GuessedColumns& guessed() const noexcept { return guessed_; }

  std::vector<ParkedLine> take() noexcept {
    bytes_ = 0;
    return std::exchange(rows_, {});
  }

 private:
  static constexpr std::size_t kRows = 1000;
  static constexpr std::size_t kBytes = 4U << 20U;

  GuessedColumns guessed_;
  std::vector<ParkedLine> rows_;
  std::size_t bytes_ = 0;
  std::chrono::steady_clock::time_point since_;
};

}  // namespace cdckit::snow_put
