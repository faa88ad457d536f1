// Patterns that are nothing but classes of ASCII characters one after the other between ^ and $,
// each with a count, such as ^[A-Z]{3}-\d{2,4}$: most rules of columns look so, and a walk over the
// text is several times as fast as an automaton. Where two neighbours share a character and the
// first has no fixed count, it is none of them. Pure.
#pragma once

#include <array>
#include <bitset>
#include <optional>
#include <string_view>
#include <vector>

namespace cdckit::cdc_check {

class FixedShape {
 public:
  // Nothing when the pattern is of another form.
  static std::optional<FixedShape> parse(std::string_view pattern);
  // Nothing when the text holds what only a whole engine can judge (not ASCII).
  [[nodiscard]] std::optional<bool> matches(std::string_view text) const noexcept;

 private:
  enum class Fit : unsigned char { no, yes, foreign };
  struct Step {
    std::bitset<128> allowed;
    std::array<Fit, 256> fits{};  // the same, and what is not ASCII
    std::size_t least = 1;
    std::size_t most = 1;
  };
  friend class ShapeParser;
  [[nodiscard]] bool is_unambiguous() const;
  void prepare() noexcept;

  std::vector<Step> steps_;
};

}  // namespace cdckit::cdc_check
