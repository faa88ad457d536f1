#include "tools/cdc-check/filter/line_output.hpp"

#include "common/io/file_descriptor.hpp"

namespace cdckit::cdc_check {

// What stands elsewhere begins anew.
void LineOutput::begin(std::string_view line) {
  keep();
  next_ = line.data();
}

// Much is written at once rather than copied.
void LineOutput::keep() {
  constexpr std::size_t kMuch = 16U << 10U;
  if (size_ >= kMuch) return flush();
  if (size_ > 0) buffer_ += passed();
  size_ = 0;
  next_ = nullptr;
  if (buffer_.size() >= kFull) flush();
}

void LineOutput::flush() {
  if (!buffer_.empty()) io::write_all(fd_, buffer_, "stdout");
  buffer_.clear();
  if (size_ > 0) io::write_all(fd_, passed(), "stdout");
  size_ = 0;
  next_ = nullptr;
}

}  // namespace cdckit::cdc_check
