#include "common/ndjson/canonical.hpp"

#include "common/ndjson/text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <cstdlib>
#include <system_error>
#include <utility>
#include <vector>

namespace cdckit::ndjson {
namespace {

constexpr int kMostDigits = 21;  // of a number without an exponent
constexpr int kMostZeros = 6;    // behind the point of a number without an exponent
constexpr std::string_view kBlanks = " \t\r\n";

std::string_view trimmed(std::string_view json) noexcept {
  const auto first = json.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return {};
  return json.substr(first, json.find_last_not_of(kBlanks) - first + 1);
}

void append_text(std::string& out, std::string_view token) {
  std::string text;
  if (append_unescaped(text, token)) {
    append_string(out, text);
  } else {
    out += token;
  }
}

void append_number_text(std::string& out, std::string_view token) {
  double number = 0;
  const auto error = std::from_chars(token.data(), token.data() + token.size(), number).ec;
  // which of too small and too large it is from_chars does not say
  if (error == std::errc::result_out_of_range)
    number = std::strtod(std::string(token).c_str(), nullptr);
  if (!std::isfinite(number)) {
    out += token;
    return;
  }
  append_canonical_number(out, number);
}

void append_object(std::string& out, std::string_view json) {
  std::vector<std::pair<std::string, std::string_view>> members;
  ObjectCursor cursor{Object(json)};
  std::string name;
  for (Member member; cursor.next(member);) {
    name.clear();
    // a name with half a surrogate pair sorts and prints as U+FFFD: PostgreSQL's jsonb has none
    append_unescaped(name, std::string_view(member.name.data() - 1, member.name.size() + 2));
    members.emplace_back(name, member.value);
  }
  // of one name the last one counts: they stay in their order
  std::sort(members.begin(), members.end(), [](const auto& left, const auto& right) {
    return left.first != right.first ? left.first < right.first
                                     : left.second.data() < right.second.data();
  });
  out += '{';
  bool any = false;
  for (std::size_t i = 0; i < members.size(); ++i) {
    if (i + 1 < members.size() && members[i + 1].first == members[i].first) continue;
    if (std::exchange(any, true)) out += ',';
    append_string(out, members[i].first);
    out += ':';
    append_canonical(out, members[i].second);
  }
  out += '}';
}

void append_array(std::string& out, std::string_view json) {
  ArrayCursor cursor(json);
  out += '[';
  bool any = false;
  for (std::string_view value; cursor.next(value);) {
    if (std::exchange(any, true)) out += ',';
    append_canonical(out, value);
  }
  out += ']';
}

// `digits` d1d2..dk stand for 0.d1d2..dk times ten to the power of `point`.
void append_digits(std::string& out, std::string_view digits, int point) {
  const int count = static_cast<int>(digits.size());
  if (point > kMostDigits || point <= -kMostZeros) {
    out += digits.front();
    if (count > 1) (out += '.') += digits.substr(1);
    out += point > 0 ? "e+" : "e-";
    out += std::to_string(std::abs(point - 1));
  } else if (point <= 0) {
    out += "0.";
    out.append(static_cast<std::size_t>(-point), '0');
    out += digits;
  } else if (point >= count) {
    out += digits;
    out.append(static_cast<std::size_t>(point - count), '0');
  } else {
    out += digits.substr(0, static_cast<std::size_t>(point));
    out += '.';
    out += digits.substr(static_cast<std::size_t>(point));
  }
}

}  // namespace

// The shortest digits that read back as the same double, laid out by ECMA-262, Number::toString.
void append_canonical_number(std::string& out, double number) {
  if (number == 0) {
    out += '0';
    return;
  }
  std::array<char, 32> text{};
  const auto result = std::to_chars(
      text.data(), text.data() + text.size(), std::fabs(number), std::chars_format::scientific);
  const std::string_view shortest(text.data(), static_cast<std::size_t>(result.ptr - text.data()));
  const auto mark = shortest.find('e');
  std::string digits(1, shortest.front());
  if (mark > 2) digits += shortest.substr(2, mark - 2);
  int exponent = 0;
  const std::size_t sign = shortest[mark + 1] == '+' ? 2 : 1;
  std::from_chars(shortest.data() + mark + sign, shortest.data() + shortest.size(), exponent);
  if (number < 0) out += '-';
  append_digits(out, digits, exponent + 1);
}

void append_canonical(std::string& out, std::string_view json) {
  const std::string_view value = trimmed(json);
  if (value.empty()) return;
  switch (value.front()) {
    case '{':
      return append_object(out, value);
    case '[':
      return append_array(out, value);
    case '"':
      return append_text(out, value);
    case 't':
    case 'f':
    case 'n':
      out += value;
      return;
    default:
      return append_number_text(out, value);
  }
}

}  // namespace cdckit::ndjson
