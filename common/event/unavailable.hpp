// The connector's placeholder for a large value that did not change, in every shape it takes: text,
// base64, hex, an array of it or of its characters' codes, a map of it, a decimal's or geometry's
// bytes. Pure.
#pragma once

#include <cstddef>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

namespace cdckit::event {

inline constexpr const char* kUnavailable = "__debezium_unavailable_value";

class Unavailable {
 public:
  // As the connector's property has it: text, or bytes behind `hex:`. Empty: nothing is one.
  explicit Unavailable(std::string_view text);
  // `json`: a valid JSON value.
  [[nodiscard]] bool is(std::string_view json) const {
    // most values are seen at once to be none
    const char first = json.front();
    if (first == '"') return json.size() >= least_ && is_text(json);
    return (first == '[' || first == '{') && is_group(json);
  }

 private:
  [[nodiscard]] bool is_group(std::string_view json) const;
  [[nodiscard]] bool is_text(std::string_view token) const;
  [[nodiscard]] bool is_array(std::string_view json) const;
  [[nodiscard]] bool is_struct(std::string_view json) const;

  std::string bytes_;
  std::vector<std::string> texts_;
  std::size_t least_ = std::numeric_limits<std::size_t>::max();  // bytes of a string that is one
};

}  // namespace cdckit::event
