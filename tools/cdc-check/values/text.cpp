#include "tools/cdc-check/values/text.hpp"

#include "common/ndjson/text.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <vector>

namespace cdckit::cdc_check {
namespace {

bool is_digit(char c) noexcept {
  return static_cast<unsigned char>(c - '0') < 10;
}

bool is_low_surrogate(std::string_view text, std::size_t at) noexcept {
  return text.substr(at, 2) == "\\u" && (text[at + 2] == 'd' || text[at + 2] == 'D') &&
         std::string_view("cCdDeEfF").find(text[at + 3]) != std::string_view::npos;
}

bool is_high_surrogate(std::string_view text, std::size_t at) noexcept {
  return (text[at + 2] == 'd' || text[at + 2] == 'D') &&
         std::string_view("89aAbB").find(text[at + 3]) != std::string_view::npos;
}

std::size_t count_first_bytes(std::string_view text) noexcept {
  std::size_t count = 0;
  for (const char c : text) count += (static_cast<unsigned char>(c) & 0xC0U) != 0x80U ? 1U : 0U;
  return count;
}

// Significant digits and the exponent of the last one.
struct Parts {
  std::string_view whole;
  std::string_view fraction;
  std::int64_t exponent = 0;
  bool negative = false;
};

Parts split_number(std::string_view token) noexcept {
  Parts parts;
  parts.negative = token.front() == '-';
  if (parts.negative) token.remove_prefix(1);
  const std::size_t e = token.find_first_of("eE");
  if (e != std::string_view::npos) {
    std::string_view digits = token.substr(e + 1);
    const bool negative = digits.starts_with('-');
    if (negative || digits.starts_with('+')) digits.remove_prefix(1);
    for (const char c : digits)
      parts.exponent = std::min<std::int64_t>(parts.exponent * 10 + (c - '0'), 1'000'000'000'000);
    if (negative) parts.exponent = -parts.exponent;
    token = token.substr(0, e);
  }
  const std::size_t point = token.find('.');
  parts.whole = token.substr(0, point);
  if (point != std::string_view::npos) parts.fraction = token.substr(point + 1);
  return parts;
}

// With its length in front, so that no text can look like what follows another.
void append_canonical_text(std::string& out, std::string_view token) {
  const std::string_view text = token.substr(1, token.size() - 2);
  if (text.find('\\') == std::string_view::npos) {
    std::array<char, 20> length{};
    char* const end = std::to_chars(length.data(), length.data() + length.size(), text.size()).ptr;
    out += 's';
    out.append(length.data(), end);
    out += ':';
    out += text;
    return;
  }
  const std::size_t begin = out.size();
  ndjson::append_unescaped(out, token);
  out.insert(begin, 's' + std::to_string(out.size() - begin) + ':');
}

void append_canonical_object(std::string& out, std::string_view token) {
  std::vector<std::pair<std::string, std::string>> members;
  ndjson::ObjectCursor cursor(token);
  ndjson::Member member;
  while (cursor.next(member)) {
    auto& [name, value] = members.emplace_back();
    ndjson::append_unescaped(name, {member.name.data() - 1, member.name.size() + 2});
    append_canonical(value, member.value);
  }
  std::sort(members.begin(), members.end());
  out += '{';
  for (const auto& [name, value] : members) {
    out += std::to_string(name.size()) + ':' + name;
    out += value;
  }
  out += '}';
}

void append_canonical_array(std::string& out, std::string_view token) {
  out += '[';
  ndjson::ArrayCursor cursor(token);
  std::string_view element;
  while (cursor.next(element)) append_canonical(out, element);
  out += ']';
}

}  // namespace

const char* name_of(Kind kind) noexcept {
  switch (kind) {
    case Kind::null:
      return "null";
    case Kind::boolean:
      return "a boolean";
    case Kind::number:
      return "a number";
    case Kind::string:
      return "a string";
    case Kind::array:
      return "an array";
    case Kind::object:
      return "an object";
  }
  return "";
}

std::size_t count_code_points(std::string_view token) noexcept {
  const std::string_view text = token.substr(1, token.size() - 2);
  std::size_t count = count_first_bytes(text);
  std::size_t at = text.find('\\');
  while (at != std::string_view::npos) {
    std::size_t length = 2;
    if (text[at + 1] == 'u') {
      length = 6;
      if (is_high_surrogate(text, at) && at + 12 <= text.size() && is_low_surrogate(text, at + 6))
        length = 12;
    }
    // an escape is bytes of one character each, and one of text: but `\` before a long character
    // cannot be
    count -= length - 1;
    at = text.find('\\', at + length);
  }
  return count;
}

std::string_view text_of_scalar(std::string_view token, std::string& scratch) {
  return token.front() == '"' ? ndjson::unescape(token, scratch) : token;
}

void append_canonical_number(std::string& out, std::string_view token) {
  constexpr std::int64_t kLongest = 60;
  if (token.size() < kLongest && token != "-0" && is_whole(token)) {
    out += token;
    return;
  }
  const Parts parts = split_number(token);
  const std::size_t begin = out.size();
  if (parts.negative) out += '-';
  const std::size_t digits_begin = out.size();
  for (const std::string_view digits : {parts.whole, parts.fraction}) {
    for (const char c : digits) {
      if (is_digit(c) && (c != '0' || out.size() > digits_begin)) out += c;
    }
  }
  std::int64_t lowest = parts.exponent - static_cast<std::int64_t>(parts.fraction.size());
  while (out.size() > digits_begin && out.back() == '0') {
    out.pop_back();
    ++lowest;
  }
  if (out.size() == digits_begin) {
    out.resize(begin);
    out += '0';
    return;
  }
  const auto count = static_cast<std::int64_t>(out.size() - digits_begin);
  if (lowest >= 0 && count + lowest <= kLongest) {
    out.append(static_cast<std::size_t>(lowest), '0');
  } else {
    out += 'e' + std::to_string(lowest);
  }
}

void append_canonical(std::string& out, std::string_view token) {
  switch (kind_of(token)) {
    case Kind::string:
      append_canonical_text(out, token);
      return;
    case Kind::number:
      out += 'n';
      append_canonical_number(out, token);
      out += ';';
      return;
    case Kind::array:
      append_canonical_array(out, token);
      return;
    case Kind::object:
      append_canonical_object(out, token);
      return;
    case Kind::null:
    case Kind::boolean:
      out += token.front();
      return;
  }
}

std::string shown(std::string_view token) {
  constexpr std::size_t kMost = 60;
  if (token.size() <= kMost) return std::string(token);
  std::size_t end = kMost;
  while (end > 0 && (static_cast<unsigned char>(token[end]) & 0xC0U) == 0x80U) --end;
  return std::string(token.substr(0, end)) + "...";
}

}  // namespace cdckit::cdc_check
