// A regular expression, matched in linear time (RE2's syntax); found anywhere in the text unless it
// is anchored. One thread at a time gains nothing here: matching is const and safe from several.
#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace cdckit::cdc_check {

class Pattern {
 public:
  // `error` says why it is none; then the pattern matches nothing.
  Pattern(const std::string& text, std::string& error);
  ~Pattern();
  Pattern(const Pattern&) = delete;
  Pattern& operator=(const Pattern&) = delete;

  [[nodiscard]] bool matches(std::string_view text) const;
  [[nodiscard]] const std::string& text() const noexcept;

 private:
  struct Implementation;
  std::unique_ptr<Implementation> implementation_;
};

}  // namespace cdckit::cdc_check
