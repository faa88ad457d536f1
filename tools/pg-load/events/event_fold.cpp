#include "tools/pg-load/events/event_fold.hpp"

#include "common/base/check.hpp"
#include "tools/pg-load/value/codec.hpp"

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

EventFold::Slot& EventFold::slot_for(std::string_view wanted) {
  const bool unknown = std::exchange(ascending_, false);
  if (unknown || (keys_ + 1) * 2 > slots_.size()) index_entries();
  return find(wanted);
}

EventFold::Entry EventFold::entry_of(const EncodedEvent& event) const {
  return {.offset = event.offset,
          .length = static_cast<std::uint32_t>(rows_.size() - event.offset),
          .key_offset = static_cast<std::uint32_t>(event.key_offset - event.offset),
          .key_length = static_cast<std::uint32_t>(event.key_length),
          .op = event.op,
          .masked = event.masked};
}

bool EventFold::add(const EncodedEvent& event, const std::vector<std::size_t>& active) {
  return insert(entry_of(event), active);
}

bool EventFold::insert(Entry entry, const std::vector<std::size_t>& active) {
  if (entry.key_length > 0 && ascending_ && is_next(entry)) {
    ++keys_;
  } else if (entry.key_length > 0) {
    Slot& slot = slot_for(key(entry));
    if (slot.entry == 0) {
      ++keys_;
    } else if (!replace(entries_[slot.entry - 1], entry, active)) {
      return false;
    } else {
      entries_[slot.entry - 1].live = false;
      --live_;
    }
    slot.entry = static_cast<std::uint32_t>(entries_.size() + 1);
  }
  rows_[entry.offset + kOpAt] = entry.op;
  entries_.push_back(entry);
  ++live_;
  return true;
}

// A row that moved here says itself where it came from; all others go on from the one before.
bool EventFold::replace(const Entry& old_entry,
                        Entry& entry,
                        const std::vector<std::size_t>& active) {
  if (entry.op == 'd' || entry.origin_length > 0) return true;
  if (entry.masked && old_entry.op == 'd') return false;
  if (entry.masked) take_over(old_entry, entry, active);
  if (old_entry.origin_length > 0) {
    scratch_.assign(origin(old_entry));
    set_origin(entry, scratch_);
  }
  // A row that was new in this run still is, unless it had been there before its delete.
  entry.op = old_entry.op == 'c' ? 'c' : 'u';
  return true;
}

void EventFold::set_origin(Entry& entry, std::string_view key_fields) {
  rows_ += key_fields;
  entry.length += static_cast<std::uint32_t>(key_fields.size());
  entry.origin_length = static_cast<std::uint32_t>(key_fields.size());
}

bool EventFold::add_moved(const EncodedEvent& event,
                          const LeavingKey& from,
                          const std::vector<std::size_t>& active) {
  Entry entry = entry_of(event);
  const std::string_view from_key = from.row.substr(from.key_offset, from.key_length);
  const Slot& slot = slot_for(from_key);
  const Entry* left = slot.entry == 0 ? nullptr : &entries_[slot.entry - 1];
  if (left != nullptr && left->op == 'd') {
    rows_.resize(event.offset);
    return false;
  }
  if (left != nullptr && entry.masked) take_over(*left, entry, active);
  if (!entry.masked || (left != nullptr && left->op == 'c')) entry.op = 'c';
  const bool goes_on = left != nullptr && left->origin_length > 0;
  scratch_.assign(goes_on ? origin(*left) : from_key);
  set_origin(entry, scratch_);
  moved_.assign(row(entry));
  rows_.resize(event.offset);
  rows_ += from.row;
  insert({.offset = event.offset,
          .length = static_cast<std::uint32_t>(from.row.size()),
          .key_offset = static_cast<std::uint32_t>(from.key_offset),
          .key_length = static_cast<std::uint32_t>(from.key_length),
          .op = 'd'},
         active);
  entry.offset = rows_.size();
  rows_ += moved_;
  return insert(entry, active);
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

void EventFold::for_each(const std::function<void(const FoldedRow&)>& visit) const {
  for (const Entry& entry : entries_) {
    if (!entry.live) continue;
    visit({.fields = row(entry).substr(0, entry.length - entry.origin_length),
           .origin = origin(entry),
           .key_offset = entry.key_offset});
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

void EventFold::drop(std::size_t entry) {
  base::require_invariant(entries_[entry].live && entries_[entry].key_length == 0,
                          "only a row without key is given up, and once");
  entries_[entry].live = false;
  --live_;
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

bool EventFold::any_moved() const {
  return std::any_of(entries_.begin(), entries_.end(), [](const Entry& entry) {
    return entry.live && entry.origin_length > 0;
  });
}

}  // namespace cdckit::pg_load
