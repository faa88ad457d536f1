#include "tools/cdc-check/program/key_set.hpp"

namespace cdckit::cdc_check {
namespace {

constexpr std::size_t kLeast = 16;
constexpr KeyHash kFree{};

// Never the one that says that a place is free.
KeyHash key_of(std::string_view text) noexcept {
  KeyHash key = hash_of(text);
  if (key == kFree) key.low = 1;
  return key;
}

}  // namespace

// Where it stands, or would stand. Only of a set that has places.
std::size_t KeySet::find(const KeyHash& key) const noexcept {
  const std::size_t mask = places_.size() - 1;
  std::size_t place = key.low & mask;
  while (places_[place] != kFree && places_[place] != key) place = (place + 1) & mask;
  return place;
}

void KeySet::insert(std::string_view text) {
  if ((size_ + 1) * 2 > places_.size()) grow();
  const KeyHash key = key_of(text);
  KeyHash& place = places_[find(key)];
  if (place == kFree) ++size_;
  place = key;
}

bool KeySet::contains(std::string_view text) const noexcept {
  return size_ > 0 && places_[find(key_of(text))] != kFree;
}

void KeySet::grow() {
  std::vector<KeyHash> old(places_.empty() ? kLeast : places_.size() * 2);
  old.swap(places_);
  for (const KeyHash& key : old) {
    if (key != kFree) places_[find(key)] = key;
  }
}

}  // namespace cdckit::cdc_check
