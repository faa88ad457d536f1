#include "tools/cdc-check/values/pattern.hpp"

#include "tools/cdc-check/values/fixed_shape.hpp"

#include <optional>
#include <re2/re2.h>

namespace cdckit::cdc_check {

struct Pattern::Implementation {
  static RE2::Options options() {
    RE2::Options options(RE2::Quiet);
    options.set_max_mem(2 << 20);  // what is memorised of states, not what can be matched
    return options;
  }

  std::string text;
  std::optional<FixedShape> shape;
  std::unique_ptr<RE2> expression;
};

Pattern::Pattern(const std::string& text, std::string& error)
    : implementation_(std::make_unique<Implementation>()) {
  implementation_->text = text;
  auto expression = std::make_unique<RE2>(text, Implementation::options());
  if (!expression->ok()) {
    error = expression->error();
    return;
  }
  implementation_->shape = FixedShape::parse(text);
  implementation_->expression = std::move(expression);
}

Pattern::~Pattern() = default;

const std::string& Pattern::text() const noexcept {
  return implementation_->text;
}

bool Pattern::matches(std::string_view text) const {
  if (implementation_->shape) {
    if (const auto verdict = implementation_->shape->matches(text)) return *verdict;
  }
  return implementation_->expression != nullptr &&
         RE2::PartialMatch(re2::StringPiece(text.data(), text.size()),
                           *implementation_->expression);
}

}  // namespace cdckit::cdc_check
