// Which of the last N lines were bad, and whether that is too many: asked only once N lines were
// seen. One bit a line. Throws nothing.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace cdckit::cdc_check {

class RatioWindow {
 public:
  // More than `most` bad ones of `lines` are too many.
  RatioWindow(std::uint64_t lines, std::uint64_t most) : lines_(lines), most_(most), bits_(lines) {}

  // True when the window is full and too many are bad.
  bool add(bool bad) {
    if (seen_ >= lines_ && bits_[at_]) --bad_;
    bits_[at_] = bad;
    bad_ += bad ? 1U : 0U;
    at_ = at_ + 1 == lines_ ? 0 : at_ + 1;
    ++seen_;
    return seen_ >= lines_ && bad_ > most_;
  }
  [[nodiscard]] std::uint64_t bad() const noexcept { return bad_; }
  [[nodiscard]] std::uint64_t lines() const noexcept { return lines_; }

 private:
  std::uint64_t lines_;
  std::uint64_t most_;
  std::vector<bool> bits_;
  std::size_t at_ = 0;
  std::uint64_t seen_ = 0;
  std::uint64_t bad_ = 0;
};

}  // namespace cdckit::cdc_check
