#include "tools/cdc-check/windows/unique_window.hpp"

#include <algorithm>

namespace cdckit::cdc_check {
namespace {

constexpr std::size_t kLeast = 64;

}  // namespace

UniqueWindow::UniqueWindow(std::uint64_t lines) : lines_(lines), entries_(kLeast) {}

// The place of the key, or the free one where it would stand.
std::size_t UniqueWindow::find(const KeyHash& key) const noexcept {
  const std::size_t mask = entries_.size() - 1;
  std::size_t place = key.low & mask;
  while (entries_[place].line != 0 && !(entries_[place].key == key)) place = (place + 1) & mask;
  return place;
}

bool UniqueWindow::contains(const KeyHash& key, KeyHash& owner) const noexcept {
  const Entry& entry = entries_[find(key)];
  owner = {entry.owner, 0};
  return entry.line != 0;
}

void UniqueWindow::add(const KeyHash& key, const KeyHash& owner) {
  add_nothing();
  if ((size_ + 1) * 8 > entries_.size() * 7) grow();
  Entry& entry = entries_[find(key)];
  if (entry.line == 0) ++size_;
  entry = {key, owner.low, line_};
  order_[(line_ - 1) % lines_] = key;
}

// The line that is as old as the window is long leaves it.
void UniqueWindow::add_nothing() {
  ++line_;
  if (order_.size() < lines_) {
    order_.emplace_back();
    return;
  }
  const KeyHash oldest = order_[(line_ - 1) % lines_];
  order_[(line_ - 1) % lines_] = {};
  const std::size_t place = find(oldest);
  if (entries_[place].line != 0 && entries_[place].line + lines_ == line_) erase(place);
}

void UniqueWindow::remove(const KeyHash& key) noexcept {
  const std::size_t place = find(key);
  if (entries_[place].line != 0) erase(place);
}

void UniqueWindow::clear() noexcept {
  std::fill(entries_.begin(), entries_.end(), Entry{});
  size_ = 0;
}

// Those behind it that would not be found any more move up.
void UniqueWindow::erase(std::size_t place) noexcept {
  const std::size_t mask = entries_.size() - 1;
  --size_;
  std::size_t hole = place;
  for (std::size_t next = (hole + 1) & mask; entries_[next].line != 0; next = (next + 1) & mask) {
    const std::size_t home = entries_[next].key.low & mask;
    if (((next - home) & mask) < ((next - hole) & mask)) continue;
    entries_[hole] = entries_[next];
    hole = next;
  }
  entries_[hole] = {};
}

void UniqueWindow::grow() {
  std::vector<Entry> old(entries_.size() * 2);
  old.swap(entries_);
  for (const Entry& entry : old) {
    if (entry.line != 0) entries_[find(entry.key)] = entry;
  }
}

}  // namespace cdckit::cdc_check
