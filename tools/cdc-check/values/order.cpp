#include "tools/cdc-check/values/order.hpp"

#include "tools/cdc-check/values/decimal.hpp"
#include "tools/cdc-check/values/moment.hpp"
#include "tools/cdc-check/values/text.hpp"

namespace cdckit::cdc_check {
namespace {

bool may_be_moment(std::string_view text) noexcept {
  const std::size_t minus = text.find('-');  // behind the year
  return text.size() >= 10 && minus >= 4 && minus <= 6 && text[minus + 3] == '-' &&
         text[0] >= '0' && text[0] <= '9';
}

}  // namespace

int compare_texts(std::string_view left, std::string_view right) noexcept {
  if (left == right) return 0;
  if (may_be_moment(left) && may_be_moment(right)) {
    const auto one = parse_moment(left);
    const auto other = parse_moment(right);
    if (one && other) return *one < *other ? -1 : *one > *other ? 1 : 0;
  }
  return left < right ? -1 : 1;
}

std::optional<int> compare_tokens(std::string_view left,
                                  std::string_view right,
                                  std::string& left_scratch,
                                  std::string& right_scratch) {
  if (kind_of(left) != kind_of(right)) return std::nullopt;
  switch (kind_of(left)) {
    case Kind::number: {
      const auto order = compare(*parse_decimal(left), *parse_decimal(right));
      return order < 0 ? -1 : order > 0 ? 1 : 0;
    }
    case Kind::string:
      return compare_texts(text_of_scalar(left, left_scratch),
                           text_of_scalar(right, right_scratch));
    case Kind::boolean:
      return static_cast<int>(left.front() == 't') - static_cast<int>(right.front() == 't');
    default:
      return std::nullopt;
  }
}

}  // namespace cdckit::cdc_check
