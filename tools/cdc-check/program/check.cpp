#include "tools/cdc-check/program/check.hpp"

#include "common/base/clock.hpp"
#include "tools/cdc-check/values/arithmetic.hpp"
#include "tools/cdc-check/values/text.hpp"

namespace cdckit::cdc_check {
namespace {

constexpr const char* kBelow = "is below the minimum";
constexpr const char* kAbove = "is above the maximum";

const char* check_type(ValueType wanted, std::string_view value) noexcept {
  const Kind kind = kind_of(value);
  switch (wanted) {
    case ValueType::integer: {
      if (kind != Kind::number) return "is no integer";
      if (is_whole(value)) return nullptr;
      const auto number = parse_decimal(value);
      return number && number->is_integer() ? nullptr : "is no integer";
    }
    case ValueType::number:
      return kind == Kind::number ? nullptr : "is no number";
    case ValueType::string:
      return kind == Kind::string ? nullptr : "is no string";
    case ValueType::boolean:
      return kind == Kind::boolean ? nullptr : "is no boolean";
    case ValueType::object:
      return kind == Kind::object ? nullptr : "is no object";
    case ValueType::array:
      return kind == Kind::array ? nullptr : "is no array";
  }
  return nullptr;
}

// What PostgreSQL's numeric has beside numbers.
const char* check_special(const Check& check, std::string_view text) noexcept {
  const Rule& rule = check.code->rule;
  if (text == "NaN" || text == "Infinity") return rule.most ? kAbove : nullptr;
  if (text == "-Infinity") return rule.least ? kBelow : nullptr;
  return "is no number";
}

const char* check_number(const Check& check, std::string_view value, std::string& scratch) {
  std::optional<Decimal> number;
  const Kind kind = kind_of(value);
  if (check.encoding.base64_decimal && (kind == Kind::string || kind == Kind::object)) {
    const auto text = decimal_text(value, check.encoding.scale);
    if (text) number = parse_decimal(*text);
  } else if (kind == Kind::number) {
    number = parse_decimal(value);
  } else if (kind == Kind::string) {
    const std::string_view text = text_of_scalar(value, scratch);
    number = parse_decimal(text);
    if (!number) return check_special(check, text);
  }
  if (!number) return "is no number";
  const Rule& rule = check.code->rule;
  if (rule.least && compare(*number, rule.least->number) < 0) return kBelow;
  if (rule.most && compare(*number, rule.most->number) > 0) return kAbove;
  return nullptr;
}

const char* check_moment(const Check& check, std::string_view value, std::string& scratch) {
  const Rule& rule = check.code->rule;
  const bool of_day = (rule.least ? rule.least : rule.most)->type == Bound::Type::time_of_day;
  std::optional<Nanoseconds> moment;
  if (kind_of(value) == Kind::string) {
    const std::string_view text = text_of_scalar(value, scratch);
    moment = of_day ? parse_time_of_day(text) : parse_moment(text);
  } else if (kind_of(value) == Kind::number) {
    Unit unit = rule.unit == Unit::guess ? check.encoding.unit : rule.unit;
    if (of_day && unit == Unit::guess) unit = Unit::microseconds;
    moment = moment_of(*parse_decimal(value), unit);
  }
  if (!moment) return of_day ? "is no time of day" : "is no time";
  if (rule.least && *moment < rule.least->moment) return kBelow;
  if (rule.most && *moment > rule.most->moment) return kAbove;
  return nullptr;
}

const char* check_range(const Check& check, std::string_view value, std::string& scratch) {
  switch (check.range.place_of(value)) {
    case SmallRange::Place::inside:
      return nullptr;
    case SmallRange::Place::below:
      return kBelow;
    case SmallRange::Place::above:
      return kAbove;
    case SmallRange::Place::unknown:
      break;
  }
  const Rule& rule = check.code->rule;
  const Bound& bound = rule.least ? *rule.least : *rule.most;
  return bound.type == Bound::Type::number ? check_number(check, value, scratch)
                                           : check_moment(check, value, scratch);
}

const char* check_length(const Check& check, std::string_view value) noexcept {
  const Kind kind = kind_of(value);
  if (kind == Kind::array || kind == Kind::object) return "is no text";
  if (kind == Kind::string) {
    // a character has one byte to twelve, as an escaped pair
    constexpr std::int64_t kLongest = 12;
    const auto bytes = static_cast<std::int64_t>(value.size()) - 2;
    if (bytes <= check.most && (bytes + kLongest - 1) / kLongest >= check.least) return nullptr;
  }
  const auto length =
      static_cast<std::int64_t>(kind == Kind::string ? count_code_points(value) : value.size());
  if (length < check.least) return "is too short";
  return length > check.most ? "is too long" : nullptr;
}

const char* check_pattern(const Check& check, std::string_view value, std::string& scratch) {
  const Kind kind = kind_of(value);
  if (kind == Kind::array || kind == Kind::object) return "is no text";
  return check.code->pattern->matches(text_of_scalar(value, scratch))
             ? nullptr
             : "does not match the pattern";
}

const char* check_age(const Check& check, std::string_view value, std::string& scratch) {
  std::optional<Nanoseconds> moment;
  if (kind_of(value) == Kind::string) {
    moment = parse_moment(text_of_scalar(value, scratch));
  } else if (kind_of(value) == Kind::number) {
    const Unit own = check.code->rule.unit;
    moment = moment_of(*parse_decimal(value), own == Unit::guess ? check.encoding.unit : own);
  }
  if (!moment) return "is no time";
  const Nanoseconds age = Nanoseconds{base::unix_nanoseconds()} - *moment;
  constexpr Nanoseconds kMillisecond = 1'000'000;
  return age > check.code->rule.max_age.count() * kMillisecond ? "is too old" : nullptr;
}

}  // namespace

namespace {

States states_of(ValueType type) noexcept {
  switch (type) {
    case ValueType::integer:  // a number may be one
      return 0;
    case ValueType::number:
      return kNumber;
    case ValueType::string:
      return kString;
    case ValueType::boolean:
      return kBoolean;
    case ValueType::object:
      return kObject;
    case ValueType::array:
      return kArray;
  }
  return 0;
}

States holding_states(const Rule& rule) noexcept {
  switch (rule.kind) {
    case RuleKind::not_null:
      return kUnavailable | kValue;
    case RuleKind::type:
      return kMissing | kNull | kUnavailable | states_of(rule.value_type);
    case RuleKind::json_schema:  // null is a value of it
      return kMissing | kUnavailable;
    default:
      return kMissing | kNull | kUnavailable;
  }
}

}  // namespace

void prepare(Check& check) {
  const Rule& rule = check.code->rule;
  check.holds = holding_states(rule);
  const auto number_of = [](const std::optional<Bound>& bound) {
    return bound && bound->type == Bound::Type::number ? &bound->number : nullptr;
  };
  const Decimal* const least = number_of(rule.least);
  const Decimal* const most = number_of(rule.most);
  if (rule.kind == RuleKind::range && (least != nullptr) == rule.least.has_value() &&
      (most != nullptr) == rule.most.has_value())
    check.range = SmallRange(least, most);
  if (rule.kind != RuleKind::length) return;
  if (least != nullptr) check.least = whole_part(*least).value_or(check.most);
  if (most != nullptr) check.most = whole_part(*most).value_or(check.most);
}

const char* check_value(const Check& check, std::string_view value, std::string& scratch) {
  switch (check.kind) {
    case RuleKind::type:
      return check_type(check.code->rule.value_type, value);
    case RuleKind::range:
      return check_range(check, value, scratch);
    case RuleKind::length:
      return check_length(check, value);
    case RuleKind::regex:
      return check_pattern(check, value, scratch);
    case RuleKind::enumeration:
      return check.code->values->contains(value, scratch) ? nullptr : "is none of the values";
    case RuleKind::foreign:
      return check.code->values->contains(value, scratch) ? nullptr : "is not in the file";
    case RuleKind::freshness:
      return check_age(check, value, scratch);
    case RuleKind::json_schema:
      return check.code->schema->holds(value) ? nullptr : "does not fit the schema";
    default:
      return nullptr;
  }
}

}  // namespace cdckit::cdc_check
