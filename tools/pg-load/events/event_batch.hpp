// The lines since the last commit, kept so that they can be applied again, with what has to be
// known of them when they are. Throws what LineStore throws.
#pragma once

#include "tools/pg-load/batch/line_store.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cdckit::pg_load {

class EventBatch {
 public:
  using Clock = std::chrono::steady_clock;
  // `folder`: for what does not fit into memory, see LineStore::spill_to().
  explicit EventBatch(std::size_t memory_limit, std::string folder = {})
      : lines_(memory_limit), memory_limit_(memory_limit), folder_(std::move(folder)) {
    lines_.spill_to(folder_);
  }
  [[nodiscard]] EventBatch empty_one() const { return EventBatch(memory_limit_, folder_); }

  void add(std::uint64_t line_number, std::string_view text);
  // A checkpoint was read: lines that have to be sent again are committed from mark to mark.
  void mark() { marks_.push_back(lines_.size()); }
  // The newest position without lines of its own.
  void set_reached(const std::string& pos) { reached_ = pos; }
  // Puts the lines of the batch before this one in front; that one is empty then.
  void put_in_front(EventBatch& earlier);
  void clear();
  // Adds the lines behind the newest mark to `rest`.
  void copy_behind_mark(EventBatch& rest) const;

  [[nodiscard]] const LineStore& lines() const noexcept { return lines_; }
  [[nodiscard]] std::uint64_t size() const noexcept { return lines_.size(); }
  [[nodiscard]] const std::string& reached() const noexcept { return reached_; }
  // How many lines lie before the newest mark, 0: there is none.
  [[nodiscard]] std::uint64_t marked() const noexcept { return marks_.empty() ? 0 : marks_.back(); }
  // The first mark behind `from`, at most `end`.
  [[nodiscard]] std::uint64_t next_mark(std::uint64_t from, std::uint64_t end) const;
  // Of the first line.
  [[nodiscard]] Clock::time_point started() const noexcept { return started_; }
  [[nodiscard]] std::uint64_t milliseconds() const;

 private:
  LineStore lines_;
  std::size_t memory_limit_;
  std::string folder_;
  std::vector<std::uint64_t> marks_;  // sizes of lines_
  std::string reached_;
  Clock::time_point started_{};
};

}  // namespace cdckit::pg_load
