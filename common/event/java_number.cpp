#include "common/event/java_number.hpp"

#include "common/base/json_string.hpp"

#include <charconv>
#include <cmath>
#include <cstdio>
#include <cstdlib>

namespace cdckit::event {
namespace {

constexpr std::size_t kMostDigits = 24;  // more than any shortest form has

// d.ddd x 10^exponent
struct Digits {
  bool negative = false;
  char text[kMostDigits] = {};
  std::size_t size = 0;
  int exponent = 0;
};

int parse_exponent(std::string_view text) noexcept {
  if (!text.empty() && text.front() == '+') text.remove_prefix(1);
  int value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

Digits take_apart(std::string_view text) noexcept {
  Digits digits;
  if (!text.empty() && text.front() == '-') {
    digits.negative = true;
    text.remove_prefix(1);
  }
  const auto mark = text.find_first_of("eE");
  int exponent = mark == std::string_view::npos ? 0 : parse_exponent(text.substr(mark + 1));
  bool behind_point = false;
  bool leading = true;
  --exponent;
  for (const char letter : text.substr(0, mark)) {
    if (letter == '.') {
      behind_point = true;
      continue;
    }
    leading = leading && letter == '0';
    if (leading) {
      if (behind_point) --exponent;
      continue;
    }
    if (!behind_point) ++exponent;
    if (digits.size < kMostDigits) digits.text[digits.size++] = letter;
  }
  while (digits.size > 0 && digits.text[digits.size - 1] == '0') --digits.size;
  digits.exponent = digits.size == 0 ? 0 : exponent;
  return digits;
}

// Java asks for two digits at least and takes the nearest such decimal: only among the subnormal
// numbers is it another one than the single digit with a zero behind it.
Digits with_second_digit(const Digits& one, std::string_view text, FloatWidth width) {
  const bool tiny = one.exponent < (width == FloatWidth::single ? -36 : -300);
  if (one.size != 1 || !tiny) return one;
  char rounded[32];
  const std::string whole(text);
  if (width == FloatWidth::single) {
    const float value = std::strtof(whole.c_str(), nullptr);
    std::snprintf(rounded, sizeof rounded, "%.1e", static_cast<double>(value));
    return std::strtof(rounded, nullptr) == value ? take_apart(rounded) : one;
  }
  const double value = std::strtod(whole.c_str(), nullptr);
  std::snprintf(rounded, sizeof rounded, "%.1e", value);
  return std::strtod(rounded, nullptr) == value ? take_apart(rounded) : one;
}

void append_zeros(std::string& out, int count) {
  if (count > 0) out.append(static_cast<std::size_t>(count), '0');
}

// 1e-3 <= x < 1e7
void append_plain(std::string& out, const Digits& digits) {
  if (digits.exponent < 0) {
    out += "0.";
    append_zeros(out, -digits.exponent - 1);
    out.append(digits.text, digits.size);
    return;
  }
  const auto whole = static_cast<std::size_t>(digits.exponent) + 1;
  if (digits.size <= whole) {
    out.append(digits.text, digits.size);
    append_zeros(out, static_cast<int>(whole - digits.size));
    out += ".0";
    return;
  }
  out.append(digits.text, whole);
  out += '.';
  out.append(digits.text + whole, digits.size - whole);
}

void append_scientific(std::string& out, const Digits& digits) {
  out += digits.text[0];
  out += '.';
  if (digits.size == 1) {
    out += '0';
  } else {
    out.append(digits.text + 1, digits.size - 1);
  }
  out += 'E';
  out += std::to_string(digits.exponent);
}

template <class Float>
void append_binary(std::string& out, Float value, FloatWidth width) {
  if (!std::isfinite(value)) {
    out += std::isnan(value) ? "\"NaN\"" : value > 0 ? "\"Infinity\"" : "\"-Infinity\"";
    return;
  }
  char text[40];
  // where Java has no exponent, and all digits of a whole number are needed to tell it
  if (const Float size = std::fabs(value); size >= Float(1e-3) && size < Float(1e7)) {
    const auto* end = std::to_chars(text, text + sizeof text, value, std::chars_format::fixed).ptr;
    const std::string_view plain{text, static_cast<std::size_t>(end - text)};
    out += plain;
    if (plain.find('.') == std::string_view::npos) out += ".0";
    return;
  }
  // the general form prints every digit of a whole number, more than it takes to tell it
  const auto* end =
      std::to_chars(text, text + sizeof text, value, std::chars_format::scientific).ptr;
  append_java_number(out, {text, static_cast<std::size_t>(end - text)}, width);
}

}  // namespace

void append_java_number(std::string& out, std::string_view text, FloatWidth width) {
  if (text.empty() || text.back() > '9') {  // NaN, Infinity, -Infinity
    out += '"';
    base::append_json_escaped(out, text);
    out += '"';
    return;
  }
  const Digits digits = with_second_digit(take_apart(text), text, width);
  if (digits.negative) out += '-';
  if (digits.size == 0) {
    out += "0.0";
  } else if (digits.exponent >= -3 && digits.exponent < 7) {
    append_plain(out, digits);
  } else {
    append_scientific(out, digits);
  }
}

void append_java_number(std::string& out, double value) {
  append_binary(out, value, FloatWidth::twice);
}

void append_java_number(std::string& out, float value) {
  append_binary(out, value, FloatWidth::single);
}

double to_double(std::string_view text) noexcept {
  double value = 0;
  const auto result = std::from_chars(text.data(), text.data() + text.size(), value);
  if (result.ec == std::errc()) return value;
  if (text.starts_with("Inf")) return HUGE_VAL;
  if (text.starts_with("-Inf")) return -HUGE_VAL;
  if (result.ec == std::errc::result_out_of_range) {
    // beyond a double: zero or infinity, as Java rounds it
    const Digits digits = take_apart(text);
    const double magnitude = digits.exponent < 0 ? 0.0 : HUGE_VAL;
    return digits.negative ? -magnitude : magnitude;
  }
  return NAN;
}

}  // namespace cdckit::event
