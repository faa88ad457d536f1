#include "tools/walcat/debezium/column_default.hpp"

#include "common/base/text.hpp"
#include "tools/walcat/encode/type_oids.hpp"

#include <algorithm>
#include <array>
#include <charconv>

namespace cdckit::walcat {
namespace {

struct Stand {
  std::uint32_t oid;
  const char* generated;  // what a function's value is taken for
};
constexpr std::array kStands{Stand{oid::kBool, "f"},
                             Stand{oid::kInt2, "0"},
                             Stand{oid::kInt4, "0"},
                             Stand{oid::kInt8, "0"},
                             Stand{oid::kFloat4, "0.0"},
                             Stand{oid::kFloat8, "0.0"},
                             Stand{oid::kNumeric, "0.0"},
                             Stand{oid::kBit, "00"},
                             Stand{oid::kVarbit, "0"},
                             Stand{oid::kBpchar, ""},
                             Stand{oid::kVarchar, ""},
                             Stand{oid::kText, ""},
                             Stand{oid::kJson, "{}"},
                             Stand{oid::kJsonb, "{}"},
                             Stand{oid::kXml, ""},
                             Stand{oid::kUuid, "00000000-0000-0000-0000-000000000000"},
                             Stand{oid::kDate, "1970-01-01"},
                             Stand{oid::kTime, "00:00:00"},
                             Stand{oid::kTimestamp, "1970-01-01 00:00:00"},
                             Stand{oid::kTimestamptz, "1970-01-01 00:00:00+00"},
                             Stand{oid::kInterval, "00:00:00"}};

constexpr std::array<std::string_view, 5> kClocks{
    "current_timestamp", "current_time", "current_date", "localtime", "localtimestamp"};

bool is_function_call(std::string_view expression) {
  if (expression.starts_with('(')) expression.remove_prefix(1);
  const auto end = std::find_if_not(expression.begin(), expression.end(), [](char letter) {
    return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') ||
           (letter >= '0' && letter <= '9') || letter == '_' || letter == '.';
  });
  if (end == expression.begin() || end == expression.end() || *end != '(') return false;
  return expression.find(')') != std::string_view::npos;
}

// Between the first quotes, doubled ones made single; without quotes all of it.
std::optional<std::string> constant(std::string_view expression) {
  const auto quote = expression.find('\'');
  if (quote == std::string_view::npos) {
    if (expression.starts_with("NULL::")) return std::nullopt;
    return std::string(expression);
  }
  std::string out;
  for (auto at = quote + 1; at < expression.size(); ++at) {
    if (expression[at] == '\'' && expression.substr(at, 2) != "''") return out;
    if (expression[at] == '\'') ++at;
    out += expression[at];
  }
  return std::nullopt;
}

bool is_number(std::string_view text) noexcept {
  const auto digits = text.find_first_of("0123456789");
  return digits != std::string_view::npos &&
         text.find_first_not_of("0123456789.eE+-") == std::string_view::npos;
}

bool is_special_float(std::string_view text) noexcept {
  return text == "NaN" || text == "Infinity" || text == "-Infinity";
}

// As the server prints it: `16777217` as a float4 is 1.6777216e+07.
template <class Number>
std::optional<std::string> shortest(std::string_view text) {
  Number number{};
  const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
  if (read.ec != std::errc() || read.ptr != text.data() + text.size()) return std::nullopt;
  char digits[40];
  const auto written =
      std::to_chars(digits, digits + sizeof digits, number, std::chars_format::scientific);
  return std::string(digits, written.ptr);
}

std::size_t fraction_digits(std::string_view text) noexcept {
  const auto point = text.find('.');
  return point == std::string_view::npos ? 0 : text.size() - point - 1;
}

// Of numeric(p,s); none without a modifier, nor for a negative scale.
std::size_t scale_of(std::int32_t modifier) noexcept {
  constexpr std::int32_t kNegative = 1024;
  const std::int32_t scale = modifier < 0 ? 0 : (modifier - 4) & 0x7FF;
  return scale < kNegative ? static_cast<std::size_t>(scale) : 0;
}

// More digits behind the point than the column has.
bool exceeds_scale(std::string_view text, std::int32_t modifier) noexcept {
  return modifier >= 0 && fraction_digits(text) > scale_of(modifier);
}

// `1.5` in a column of two digits is 1.50.
std::string with_scale(std::string text, std::int32_t modifier) {
  const auto digits = fraction_digits(text);
  const auto scale = scale_of(modifier);
  if (digits >= scale || text.find_first_of("eE") != std::string::npos) return text;
  if (digits == 0) text += '.';
  return text.append(scale - digits, '0');
}

std::optional<std::string> checked(const Type& type,
                                   std::optional<std::string> text,
                                   std::int32_t modifier) {
  if (!text) return text;
  const bool whole = type.oid == oid::kInt2 || type.oid == oid::kInt4 || type.oid == oid::kInt8;
  if (type.oid == oid::kBool) return base::to_lower(*text).starts_with('t') ? "t" : "f";
  if (whole && !base::parse_signed(*text)) return std::nullopt;
  const bool floating = type.oid == oid::kFloat4 || type.oid == oid::kFloat8;
  if (floating && is_special_float(*text)) return text;
  if (type.oid == oid::kFloat4) return shortest<float>(*text);
  if (type.oid == oid::kFloat8) return shortest<double>(*text);
  if (type.oid != oid::kNumeric) return text;
  if (!is_number(*text) || exceeds_scale(*text, modifier)) return std::nullopt;
  return with_scale(std::move(*text), modifier);
  return text;
}

}  // namespace

std::optional<std::string> default_text(const Type& type,
                                        std::string_view expression,
                                        std::int32_t modifier) {
  if (expression.empty() || expression.starts_with("NULL::") || type.form == TypeForm::array ||
      type.domain)
    return std::nullopt;
  if (type.kind == 'e') {
    return expression.starts_with('\'') ? constant(expression) : std::nullopt;
  }
  const auto* stand = std::find_if(
      kStands.begin(), kStands.end(), [&](const Stand& entry) { return entry.oid == type.oid; });
  if (stand == kStands.end()) return std::nullopt;
  const auto lower = base::to_lower(expression);
  if (is_function_call(expression) ||
      std::find(kClocks.begin(), kClocks.end(), lower) != kClocks.end())
    return stand->generated;
  return checked(type, constant(expression), modifier);
}

}  // namespace cdckit::walcat
