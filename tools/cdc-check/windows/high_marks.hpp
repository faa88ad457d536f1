// The last value of each group, for rules of kind monotonic. Groups that were not seen for longest
// are forgotten when there are too many. Values are kept as their JSON text.
#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <string>
#include <string_view>
#include <unordered_map>

namespace cdckit::cdc_check {

class HighMarks {
 public:
  static constexpr std::size_t kMostGroups = 100'000;
  explicit HighMarks(std::size_t most = kMostGroups) : most_(most) {}

  // Empty when there is none yet.
  [[nodiscard]] std::string_view value(std::string_view group) const;
  void set(std::string_view group, std::string_view value);
  [[nodiscard]] std::size_t size() const noexcept { return groups_.size(); }

 private:
  struct Hash {
    using is_transparent = void;  // NOLINT(readability-identifier-naming): std's name for it
    std::size_t operator()(std::string_view text) const noexcept {
      return std::hash<std::string_view>{}(text);
    }
  };
  struct Mark {
    std::string value;
    std::list<const std::string*>::iterator age;
  };

  std::size_t most_;
  std::unordered_map<std::string, Mark, Hash, std::equal_to<>> groups_;
  std::list<const std::string*> ages_;  // the youngest first
};

}  // namespace cdckit::cdc_check
