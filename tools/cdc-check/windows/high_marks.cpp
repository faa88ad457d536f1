#include "tools/cdc-check/windows/high_marks.hpp"

namespace cdckit::cdc_check {

std::string_view HighMarks::value(std::string_view group) const {
  const auto found = groups_.find(group);
  return found == groups_.end() ? std::string_view{} : std::string_view(found->second.value);
}

void HighMarks::set(std::string_view group, std::string_view value) {
  auto found = groups_.find(group);
  if (found == groups_.end()) {
    if (groups_.size() >= most_) {
      groups_.erase(groups_.find(*ages_.back()));
      ages_.pop_back();
    }
    found = groups_.emplace(std::string(group), Mark{}).first;
    ages_.push_front(&found->first);
    found->second.age = ages_.begin();
  } else {
    ages_.splice(ages_.begin(), ages_, found->second.age);
  }
  found->second.value.assign(value);
}

}  // namespace cdckit::cdc_check
