#include "tools/pg-load/events/keyless_fold.hpp"

#include "common/base/check.hpp"

#include <algorithm>

namespace cdckit::pg_load {

void KeylessFold::put(Places& places, std::string_view row, std::size_t place) {
  places[std::string(row)].push_back(place);
}

std::optional<std::size_t> KeylessFold::take(Places& places, std::string_view row) {
  const auto found = places.find(std::string(row));
  if (found == places.end()) return std::nullopt;
  const std::size_t place = found->second.back();
  found->second.pop_back();
  if (found->second.empty()) places.erase(found);
  return place;
}

void KeylessFold::inserted(std::string_view row, std::size_t entry) {
  begun_ = true;
  bytes_ += row.size();
  put(inserted_, row, entry);
}

std::optional<std::size_t> KeylessFold::take_inserted(std::string_view row) {
  return take(inserted_, row);
}

bool KeylessFold::update(std::string_view before,
                         std::string_view after,
                         const std::vector<std::string>& columns) {
  begun_ = true;
  if (columns_.empty()) columns_ = columns;
  if (columns_ != columns) return false;
  bytes_ += before.size() + after.size();
  std::size_t place = changes_.size();
  if (const auto earlier = take(results_, before)) {
    place = *earlier;
    changes_[place].after = after;
  } else {
    changes_.push_back({.before = std::string(before), .after = std::string(after)});
  }
  put(results_, after, place);
  return true;
}

void KeylessFold::remove(std::string_view before) {
  begun_ = true;
  bytes_ += before.size();
  if (const auto earlier = take(results_, before)) {
    changes_[*earlier].after.clear();
    return;
  }
  changes_.push_back({.before = std::string(before), .after = {}});
}

std::size_t KeylessFold::updates() const noexcept {
  return static_cast<std::size_t>(
      std::count_if(changes_.begin(), changes_.end(), [](const Change& change) {
        return !change.after.empty();
      }));
}

KeylessFold::Texts KeylessFold::json() const {
  std::unordered_map<std::string_view, std::pair<std::size_t, std::size_t>> groups;
  Texts out{.changes = "[", .groups = "["};
  for (const Change& change : changes_) {
    const auto [group, is_new] = groups.try_emplace(change.before, groups.size() + 1, 0);
    auto& [number, count] = group->second;
    const std::string head = "{\"g\":" + std::to_string(number);
    if (is_new) out.groups += (number > 1 ? ",\n" : "") + head + ",\"o\":" + change.before + "}";
    out.changes +=
        (out.changes.size() > 1 ? ",\n" : "") + head + ",\"n\":" + std::to_string(++count);
    if (!change.after.empty()) out.changes += ",\"f\":" + change.after;
    out.changes += '}';
  }
  out.changes += ']';
  out.groups += ']';
  return out;
}

const KeylessFold::Change& KeylessFold::only() const {
  base::require_invariant(changes_.size() == 1, "one change is looked at, and there are others");
  return changes_.front();
}

void KeylessFold::clear() {
  changes_.clear();
  results_.clear();
  inserted_.clear();
  columns_.clear();
  bytes_ = 0;
  begun_ = false;
}

}  // namespace cdckit::pg_load
