// What texts of one form have in common: runs of digits, capitals, small letters and fixed
// characters, each with the shortest and the longest that was seen. Pure.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace cdckit::cdc_check {

class Shape {
 public:
  // False once the texts have nothing in common: then it stays so.
  bool add(std::string_view text);
  // ^[A-Z]{3}-\d{2,4}$; empty without a common shape.
  [[nodiscard]] std::string pattern() const;

 private:
  struct Run {
    char letter;  // 9 a A, or the character itself
    std::size_t least;
    std::size_t most;
  };
  std::vector<Run> runs_;
  bool any_ = false;
  bool common_ = true;
};

}  // namespace cdckit::cdc_check
