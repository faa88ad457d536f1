#include "tools/cdc-check/expression/evaluator.hpp"

#include "tools/cdc-check/values/arithmetic.hpp"
#include "tools/cdc-check/values/order.hpp"
#include "tools/cdc-check/values/text.hpp"

#include <algorithm>

namespace cdckit::cdc_check {
namespace {

int sign_of(std::strong_ordering order) noexcept {
  return order < 0 ? -1 : order > 0 ? 1 : 0;
}

bool is_comparison(Step step) noexcept {
  return step >= Step::equal && step <= Step::greater_equal;
}

// Code points of text that is no JSON token.
std::int64_t characters(std::string_view text) noexcept {
  return std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
  });
}

}  // namespace

Evaluator::Evaluator(const ExpressionCode& code)
    : code_(code),
      stack_(code.deepest),
      scratch_(code.steps.size()),
      beside_(code.steps.size()),
      units_(code.columns.size()) {
  for (std::size_t i = 0; i + 2 < code.steps.size(); ++i) {
    if (code.steps[i].step != Step::column || code.steps[i + 1].step != Step::literal ||
        !is_comparison(code.steps[i + 2].step))
      continue;
    const Literal& literal = code.literals[code.steps[i + 1].operand];
    if (literal.type == Literal::Type::number)
      beside_[i] = SmallRange(&literal.number, &literal.number);
  }
}

std::optional<bool> Evaluator::run(std::span<const std::string_view> values) {
  depth_ = 0;
  for (std::size_t i = 0; i < code_.steps.size(); ++i) {
    const auto [step, operand] = code_.steps[i];
    switch (step) {
      case Step::column:
        if (compare_shortly(i, values[operand])) {
          i += 2;
        } else {
          column(i, values[operand]);
          top().unit = units_[operand];
        }
        break;
      case Step::literal:
        stack_[depth_++] = literal_value(code_.literals[operand]);
        break;
      case Step::invert:
        invert();
        break;
      case Step::negate:
      case Step::is_null:
      case Step::is_not_null:
      case Step::length:
      case Step::lower:
      case Step::upper:
      case Step::absolute:
        top() = function(step, top(), scratch_[i]);
        break;
      case Step::in_list:
        in_list(operand);
        break;
      default:
        two(step);
        break;
    }
  }
  const Operand& result = top();
  return result.type == Operand::Type::boolean ? std::optional(result.boolean) : std::nullopt;
}

void Evaluator::push(bool value) noexcept {
  Operand& operand = stack_[depth_++];
  operand.type = Operand::Type::boolean;
  operand.boolean = value;
}

void Evaluator::column(std::size_t step, std::string_view token) {
  const char first = token.empty() ? '\0' : token.front();
  if (first == 't' || first == 'f') {  // JSON: what it begins with says which
    push(first == 't');
  } else {
    stack_[depth_++] = column_value(token, scratch_[step]);
  }
}

bool Evaluator::compare_shortly(std::size_t step, std::string_view token) {
  const auto place = beside_[step].place_of(token);
  if (place == SmallRange::Place::unknown) return false;
  const bool below = place == SmallRange::Place::below;
  const bool above = place == SmallRange::Place::above;
  switch (code_.steps[step + 2].step) {
    case Step::equal:
      push(!below && !above);
      break;
    case Step::not_equal:
      push(below || above);
      break;
    case Step::less:
      push(below);
      break;
    case Step::less_equal:
      push(!above);
      break;
    case Step::greater:
      push(above);
      break;
    default:
      push(!below);
      break;
  }
  return true;
}

Evaluator::Operand Evaluator::column_value(std::string_view token, std::string& scratch) const {
  Operand out;
  if (token.empty()) return out;
  switch (kind_of(token)) {
    case Kind::null:
      break;
    case Kind::boolean:
      out.type = Operand::Type::boolean;
      out.boolean = token.front() == 't';
      break;
    case Kind::number:
      if (const auto number = parse_decimal(token)) {
        out.type = Operand::Type::number;
        out.number = *number;
      }
      break;
    case Kind::string:
      out.type = Operand::Type::text;
      out.text = text_of_scalar(token, scratch);
      break;
    case Kind::array:
    case Kind::object:
      out.type = Operand::Type::other;
      out.text = token;
      break;
  }
  return out;
}

Evaluator::Operand Evaluator::literal_value(const Literal& literal) {
  Operand out;
  out.boolean = literal.boolean;
  out.number = literal.number;
  out.text = literal.text;
  if (literal.type == Literal::Type::boolean) out.type = Operand::Type::boolean;
  if (literal.type == Literal::Type::number) out.type = Operand::Type::number;
  if (literal.type == Literal::Type::text) out.type = Operand::Type::text;
  return out;
}

// Nothing where two values have no order: a number and text that is none, a boolean and text ..
std::optional<int> Evaluator::order(const Operand& left, const Operand& right) {
  using Type = Operand::Type;
  if (left.type == Type::number && right.type == Type::number)
    return sign_of(compare(left.number, right.number));
  if (left.type == Type::text && right.type == Type::text)
    return compare_texts(left.text, right.text);
  if (left.type == Type::boolean && right.type == Type::boolean)
    return static_cast<int>(left.boolean) - static_cast<int>(right.boolean);
  if (left.type == Type::number && right.type == Type::text) return beside_text(left, right.text);
  if (left.type == Type::text && right.type == Type::number) {
    const auto found = beside_text(right, left.text);
    return found ? std::optional(-*found) : std::nullopt;
  }
  return std::nullopt;
}

// Text may hold a number, or a time, which the number then counts from 1970 or midnight on.
std::optional<int> Evaluator::beside_text(const Operand& left, std::string_view text) {
  if (const auto number = parse_decimal(text)) return sign_of(compare(left.number, *number));
  std::optional<Nanoseconds> one;
  auto other = parse_moment(text);
  if (other) {
    one = moment_of(left.number, left.unit);
  } else if ((other = parse_time_of_day(text))) {
    one = moment_of(left.number, left.unit == Unit::guess ? Unit::microseconds : left.unit);
  }
  if (!one || !other) return std::nullopt;
  return *one < *other ? -1 : *one > *other ? 1 : 0;
}

std::optional<bool> Evaluator::equality(const Operand& left, const Operand& right) {
  if (left.type == Operand::Type::null || right.type == Operand::Type::null) return std::nullopt;
  if (left.type == Operand::Type::other || right.type == Operand::Type::other)
    return left.type == right.type && left.text == right.text;
  const auto found = order(left, right);
  return found ? *found == 0 : false;
}

std::optional<bool> Evaluator::comparison(Step step, const Operand& left, const Operand& right) {
  if (step == Step::equal) return equality(left, right);
  if (step == Step::not_equal) {
    const auto same = equality(left, right);
    return same ? std::optional(!*same) : std::nullopt;
  }
  const auto found = order(left, right);
  if (!found) return std::nullopt;
  switch (step) {
    case Step::less:
      return *found < 0;
    case Step::less_equal:
      return *found <= 0;
    case Step::greater:
      return *found > 0;
    default:
      return *found >= 0;
  }
}

Evaluator::Operand Evaluator::arithmetic(Step step, const Operand& left, const Operand& right) {
  const auto number_of = [](const Operand& operand) -> std::optional<Decimal> {
    if (operand.type == Operand::Type::number) return operand.number;
    if (operand.type == Operand::Type::text) return parse_decimal(operand.text);
    return std::nullopt;
  };
  const auto one = number_of(left);
  const auto other = number_of(right);
  Operand out;
  if (!one || !other) return out;
  out.type = Operand::Type::number;
  switch (step) {
    case Step::add:
      out.number = add(*one, *other);
      break;
    case Step::subtract:
      out.number = subtract(*one, *other);
      break;
    case Step::multiply:
      out.number = multiply(*one, *other);
      break;
    default:
      if (const auto quotient = divide(*one, *other)) {
        out.number = *quotient;
      } else {
        out.type = Operand::Type::null;
      }
  }
  return out;
}

void Evaluator::invert() {
  Operand& operand = top();
  if (operand.type == Operand::Type::boolean) {
    operand.boolean = !operand.boolean;
  } else {
    operand.type = Operand::Type::null;
  }
}

void Evaluator::logic(Step step) {
  const bool decisive = step == Step::either;  // true decides an or, false an and
  const auto is = [](const Operand& operand, bool value) {
    return operand.type == Operand::Type::boolean && operand.boolean == value;
  };
  const Operand& right = stack_[--depth_];
  Operand& left = top();
  if (is(left, decisive) || is(right, decisive)) {
    left.type = Operand::Type::boolean;
    left.boolean = decisive;
  } else if (!is(left, !decisive) || !is(right, !decisive)) {
    left.type = Operand::Type::null;
  }
}

Evaluator::Operand Evaluator::function(Step step, const Operand& operand, std::string& scratch) {
  using Type = Operand::Type;
  Operand out;
  const auto change_case = [&](char first, char last, int by) {
    if (operand.type != Type::text) return;
    scratch.assign(operand.text);  // of ASCII letters
    for (char& c : scratch) {
      if (c >= first && c <= last) c = static_cast<char>(c + by);
    }
    out.type = Type::text;
    out.text = scratch;
  };
  switch (step) {
    case Step::is_null:
    case Step::is_not_null:
      out.type = Type::boolean;
      out.boolean = (operand.type == Type::null) == (step == Step::is_null);
      break;
    case Step::length:
      if (operand.type == Type::text) {
        out.type = Type::number;
        out.number = decimal_of(characters(operand.text));
      }
      break;
    case Step::lower:
      change_case('A', 'Z', 'a' - 'A');
      break;
    case Step::upper:
      change_case('a', 'z', 'A' - 'a');
      break;
    default: {  // negate, absolute: of numbers
      Operand zero;
      zero.type = Type::number;
      out = arithmetic(Step::add, operand, zero);
      out.number = step == Step::negate ? negated(out.number) : absolute(out.number);
    }
  }
  return out;
}

void Evaluator::two(Step step) {
  if (step == Step::both || step == Step::either) return logic(step);
  const Operand& right = stack_[depth_ - 1];
  Operand& left = stack_[depth_ - 2];
  --depth_;
  if (step <= Step::divide) {
    left = arithmetic(step, left, right);
  } else {
    const auto verdict = comparison(step, left, right);
    left = {};
    if (!verdict) return;
    left.type = Operand::Type::boolean;
    left.boolean = *verdict;
  }
}

// True when one is equal, else null when one of them is null.
void Evaluator::in_list(std::size_t count) {
  depth_ -= count;
  Operand& tried = top();
  bool found = false;
  bool unknown = false;
  for (std::size_t i = 0; i < count; ++i) {
    const auto same = equality(tried, stack_[depth_ + i]);
    found = found || same == true;
    unknown = unknown || !same;
  }
  tried = {};
  if (!found && unknown) return;
  tried.type = Operand::Type::boolean;
  tried.boolean = found;
}

}  // namespace cdckit::cdc_check
