#include "tools/pg-load/events/event_fold.hpp"

#include "tools/pg-load/value/big_endian.hpp"

#include <algorithm>
#include <bit>
#include <utility>

namespace cdckit::pg_load {
namespace {

constexpr std::size_t kOpField = 5;  // length and one byte
constexpr std::size_t kOpAt = 4;

// Cuts one field with its length off the front.
std::string_view take_field(std::string_view& fields) {
  const std::int32_t length = read_int32(fields);
  const std::size_t size = 4 + (length < 0 ? 0 : static_cast<std::size_t>(length));
  const std::string_view field = fields.substr(0, size);
  fields.remove_prefix(size);
  return field;
}

bool bit_of(std::string_view mask_field, std::size_t column) {
  if (mask_field.size() <= 4 + column / 8) return false;
  const unsigned byte = static_cast<unsigned char>(mask_field[4 + column / 8]);
  return ((byte >> (column % 8)) & 1U) != 0;
}

// The bits that both have; no field value when none is left.
std::string common_mask(std::string_view one, std::string_view other) {
  std::string mask(one);
  bool any = false;
  for (std::size_t i = 4; i < mask.size(); ++i) {
    const unsigned char bits =
        i < other.size() ? static_cast<unsigned char>(other[i]) : std::uint8_t{0};
    mask[i] = static_cast<char>(static_cast<unsigned char>(mask[i]) & bits);
    any = any || mask[i] != 0;
  }
  if (any) return mask;
  mask.clear();
  append_big_endian(mask, std::int32_t{-1});
  return mask;
}

}  // namespace

EventFold::Slot& EventFold::find(std::string_view wanted) {
  const std::size_t hash = std::hash<std::string_view>{}(wanted);
  const auto rest = static_cast<std::uint32_t>(hash >> 32U);
  for (std::size_t at = hash;; ++at) {
    Slot& slot = slots_[at & (slots_.size() - 1)];
    if (slot.entry == 0) slot.rest = rest;
    if (slot.entry == 0 || (slot.rest == rest && key(entries_[slot.entry - 1]) == wanted))
      return slot;
  }
}

void EventFold::index_entries() {
  const std::size_t wanted = std::bit_ceil(std::max<std::size_t>(256, (keys_ + 1) * 2));
  slots_.assign(std::max(wanted, slots_.size()), Slot{});
  for (std::size_t i = 0; i < entries_.size(); ++i)
    find(key(entries_[i])).entry = static_cast<std::uint32_t>(i + 1);
}

bool EventFold::add(const EncodedEvent& event, const std::vector<std::size_t>& active) {
  Entry entry{.offset = event.offset,
              .length = static_cast<std::uint32_t>(rows_.size() - event.offset),
              .key_offset = static_cast<std::uint32_t>(event.key_offset - event.offset),
              .key_length = static_cast<std::uint32_t>(event.key_length),
              .op = event.op,
              .masked = event.masked};
  if (event.key_length > 0 && ascending_ && is_next(entry)) {
    ++keys_;
  } else if (event.key_length > 0) {
    const bool unknown = std::exchange(ascending_, false);
    if (unknown || (keys_ + 1) * 2 > slots_.size()) index_entries();
    Slot& slot = find(key(entry));
    if (slot.entry != 0) {
      Entry& old_entry = entries_[slot.entry - 1];
      if (entry.masked && old_entry.op == 'd') return false;
      if (entry.masked) take_over(old_entry, entry, active);
      // A row that was new in this run still is, unless it had been there before its delete.
      if (entry.op != 'd') entry.op = old_entry.op == 'c' ? 'c' : 'u';
      old_entry.live = false;
      --live_;
    } else {
      ++keys_;
    }
    slot.entry = static_cast<std::uint32_t>(entries_.size() + 1);
  }
  rows_[entry.offset + kOpAt] = entry.op;
  entries_.push_back(entry);
  ++live_;
  return true;
}

void EventFold::take_over(const Entry& old_entry,
                          Entry& entry,
                          const std::vector<std::size_t>& active) {
  std::string_view fresh = row(entry).substr(kOpField);
  std::string_view old = row(old_entry).substr(kOpField);
  const std::string_view mask = take_field(fresh);
  const std::string_view old_mask = take_field(old);
  scratch_.assign(row(entry).substr(0, kOpField));
  scratch_ += common_mask(mask, old_mask);
  const std::size_t key_offset = scratch_.size();
  for (const std::size_t column : active) {
    const std::string_view field = take_field(fresh);
    const std::string_view old_field = take_field(old);
    scratch_ += bit_of(mask, column) ? old_field : field;
  }
  rows_.resize(entry.offset);
  rows_ += scratch_;
  entry.length = static_cast<std::uint32_t>(scratch_.size());
  entry.key_offset = static_cast<std::uint32_t>(key_offset);
  entry.masked = key_offset > kOpField + 4;
}

void EventFold::for_each(const std::function<void(std::string_view, std::size_t)>& visit) const {
  for (const Entry& entry : entries_) {
    if (entry.live) visit(row(entry), entry.key_offset);
  }
}

void EventFold::sort_by_key() {
  const auto before = [this](const Entry& one, const Entry& other) {
    return key(one) < key(other);
  };
  if (!ascending_ && !std::is_sorted(entries_.begin(), entries_.end(), before))
    std::sort(entries_.begin(), entries_.end(), before);
}

void EventFold::clear() {
  rows_.clear();
  entries_.clear();
  ascending_ = true;
  keys_ = 0;
  live_ = 0;
}

void EventFold::release() {
  if (slots_.empty() && rows_.capacity() == std::string().capacity()) return;
  EventFold fresh;  // assigned, an empty string would keep the memory of the old one
  std::swap(*this, fresh);
}

std::size_t EventFold::count(char op) const {
  return static_cast<std::size_t>(
      std::count_if(entries_.begin(), entries_.end(), [op](const Entry& entry) {
        return entry.live && entry.op == op;
      }));
}

bool EventFold::any_masked() const {
  return std::any_of(entries_.begin(), entries_.end(), [](const Entry& entry) {
    return entry.live && entry.masked;
  });
}

}  // namespace cdckit::pg_load
