#include "tools/pg-load/events/event_batch.hpp"

#include <algorithm>
#include <utility>

namespace cdckit::pg_load {

void EventBatch::add(std::uint64_t line_number, std::string_view text) {
  if (lines_.size() == 0) started_ = Clock::now();
  lines_.append({.number = line_number, .mark = 0, .text = text});
}

void EventBatch::put_in_front(EventBatch& earlier) {
  const std::uint64_t before = earlier.size();
  lines_.for_each(0, lines_.size(), [&](const StoredLine& line) { earlier.lines_.append(line); });
  for (const std::uint64_t mark : marks_) earlier.marks_.push_back(before + mark);
  if (!reached_.empty()) earlier.reached_ = reached_;
  std::swap(*this, earlier);
  earlier.clear();
}

void EventBatch::copy_behind_mark(EventBatch& rest) const {
  lines_.for_each(
      marked(), size(), [&](const StoredLine& line) { rest.add(line.number, line.text); });
}

void EventBatch::clear() {
  lines_.clear();
  marks_.clear();
  reached_.clear();
}

std::uint64_t EventBatch::next_mark(std::uint64_t from, std::uint64_t end) const {
  const auto mark = std::upper_bound(marks_.begin(), marks_.end(), from);
  return mark == marks_.end() ? end : std::min(*mark, end);
}

std::uint64_t EventBatch::milliseconds() const {
  const auto spent = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - started_);
  return static_cast<std::uint64_t>(spent.count());
}

}  // namespace cdckit::pg_load
