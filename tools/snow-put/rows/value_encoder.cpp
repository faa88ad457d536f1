#include "tools/snow-put/rows/value_encoder.hpp"

#include "common/base/text.hpp"
#include "common/ndjson/text.hpp"
#include "tools/snow-put/rows/moment_encoder.hpp"

#include <algorithm>
#include <charconv>
#include <cstring>

namespace cdckit::snow_put {
namespace {

using snow::TypeFamily;

constexpr std::size_t kExactDigits = 15;
constexpr std::string_view kHexPrefix = R"("\\x)";
constexpr const char* kTooLarge = "it is larger than 16 MB, the service's limit for one value";
constexpr const char* kTooLargeBinary = "it is larger than 8 MB, the service's limit for one value";

bool is_digit(char c) noexcept {
  return c >= '0' && c <= '9';
}

// A number without point or exponent.
bool is_integer(std::string_view token) noexcept {
  std::size_t at = token.front() == '-' ? 1 : 0;
  while (at < token.size() && is_digit(token[at])) ++at;
  return at == token.size();
}

bool is_string(std::string_view token) noexcept {
  return token.front() == '"';
}

std::string_view content(std::string_view token) noexcept {
  return is_string(token) ? token.substr(1, token.size() - 2) : token;
}

void append_quoted(std::string& out, std::string_view token) {
  out += '"';
  out += token;
  out += '"';
}

int hex_digit(char c) noexcept {
  if (is_digit(c)) return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

int code_unit(const char* digits) noexcept {
  int value = 0;
  for (int i = 0; i < 4; ++i) value = value * 16 + hex_digit(digits[i]);
  return value;
}

bool is_high(int unit) noexcept {
  return unit >= 0xD800 && unit < 0xDC00;
}

bool is_low(int unit) noexcept {
  return unit >= 0xDC00 && unit < 0xE000;
}

// Digits before and behind the point that count: 0012.3400 has 2 and 2, an exponent moves the
// point.
struct Digits {
  long whole = 0;
  long fraction = 0;
  bool valid = false;
};

Digits digits_of(std::string_view text) noexcept {
  Digits out;
  std::size_t at = !text.empty() && (text[0] == '-' || text[0] == '+') ? 1 : 0;
  long first = -1;  // places of significant digits, counted from the first digit
  long last = -1;
  long place = 0;
  long point = -1;
  for (; at < text.size() && (is_digit(text[at]) || text[at] == '.'); ++at) {
    if (text[at] == '.') {
      if (point >= 0) return out;
      point = place;
      continue;
    }
    if (text[at] != '0') {
      if (first < 0) first = place;
      last = place;
    }
    ++place;
  }
  if (place == 0) return out;
  if (point < 0) point = place;
  if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
    ++at;
    if (at < text.size() && text[at] == '+') ++at;
    const auto exponent = base::parse_signed(text.substr(at));
    if (!exponent || *exponent > 100'000 || *exponent < -100'000) return out;
    point += *exponent;
    at = text.size();
  }
  if (at != text.size()) return out;
  out.valid = true;
  if (first < 0) return out;  // zero
  out.whole = std::max(0L, point - first);
  out.fraction = std::max(0L, last + 1 - point);
  return out;
}

const char* append_number(std::string& out, const snow::ColumnType& type, std::string_view token) {
  const bool small = token.size() <= kExactDigits && is_integer(token);
  if (!small && (token == "true" || token == "false")) {
    out += token == "true" ? '1' : '0';
    return nullptr;
  }
  const std::string_view text = content(token);
  if (!small || static_cast<int>(token.size()) > type.precision - type.scale) {
    const Digits digits = digits_of(text);
    if (!digits.valid) return "it is no number that the column can hold";
    if (digits.fraction > type.scale)
      return "it has more digits behind the point than the column, which would round it";
    if (digits.whole > type.precision - type.scale) return "it has more digits than the column";
  }
  if (small) {
    out += token;
  } else {
    append_quoted(out, text);
  }
  return nullptr;
}

// Up to the limit, not within a character.
std::string_view cut(std::string_view text, std::size_t limit) noexcept {
  std::size_t end = std::min(text.size(), limit);
  while (end > 0 && end < text.size() && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U)
    --end;
  return text.substr(0, end);
}

const char* append_large_text(std::string& out, std::string_view text, Oversize oversize) {
  switch (oversize) {
    case Oversize::null:
      out += "null";
      return nullptr;
    case Oversize::truncate:
      ndjson::append_string(out, cut(text, kLargestText));
      return nullptr;
    case Oversize::reject:
      break;
  }
  return kTooLarge;
}

const char* append_text(std::string& out, std::string_view token, Oversize oversize, bool plain) {
  if (!plain && is_unreadable(token)) return kUnreadable;
  if (!is_string(token)) {
    if (token.size() > kLargestText) return append_large_text(out, token, oversize);
    ndjson::append_string(out, token);
    return nullptr;
  }
  if (token.size() > kLargestText + 2) {
    std::string text;
    ndjson::append_unescaped(text, token);
    if (text.size() > kLargestText) return append_large_text(out, text, oversize);
  }
  out += token;
  return nullptr;
}

const char* append_document(std::string& out, std::string_view token, Oversize oversize) {
  if (is_unreadable(token)) return kUnreadable;
  if (token.size() > kLargestText) {
    if (oversize != Oversize::null) return kTooLarge;  // half a document is none
    out += "null";
    return nullptr;
  }
  out += token;
  return nullptr;
}

// Numbers with an exponent that no double has: they would come out as infinity or zero.
bool is_beyond_double(std::string_view text) noexcept {
  if (text.find_first_of("eE") == std::string_view::npos) return false;
  double value = 0;
  return std::from_chars(text.data(), text.data() + text.size(), value).ec ==
         std::errc::result_out_of_range;
}

const char* append_real(std::string& out, std::string_view token) {
  if (token.front() == '{' || token.front() == '[') return "it is no number";
  if (is_beyond_double(content(token))) return "it is beyond what a FLOAT can be";
  if (token == R"("Infinity")") {
    out += R"("inf")";
  } else if (token == R"("-Infinity")") {
    out += R"("-inf")";
  } else {
    out += token;
  }
  return nullptr;
}

// "\x6162" as row_to_json prints a bytea; other text is base64 already.
const char* append_binary(std::string& out, std::string_view token, Oversize oversize) {
  if (!is_string(token)) return "it is no text that holds bytes";
  const bool hex = token.starts_with(kHexPrefix);
  const std::size_t bytes_in =
      hex ? (token.size() - kHexPrefix.size() - 1) / 2 : token.size() / 4 * 3;
  if (bytes_in > kLargestBinary) {
    if (oversize != Oversize::null) return kTooLargeBinary;
    out += "null";
    return nullptr;
  }
  if (!hex) {
    out += token;
    return nullptr;
  }
  const std::string_view digits =
      token.substr(kHexPrefix.size(), token.size() - kHexPrefix.size() - 1);
  if (digits.size() % 2 != 0) return "its hex digits are none";
  std::string bytes;
  bytes.reserve(digits.size() / 2);
  for (std::size_t i = 0; i + 1 < digits.size(); i += 2) {
    const int high = hex_digit(digits[i]);
    const int low = hex_digit(digits[i + 1]);
    if (high < 0 || low < 0) return "its hex digits are none";
    bytes += static_cast<char>(high * 16 + low);
  }
  append_quoted(out, base::to_base64(bytes));
  return nullptr;
}

std::size_t characters(std::string_view token) {
  std::string text;
  if (is_string(token)) {
    ndjson::append_unescaped(text, token);
    token = text;
  }
  return static_cast<std::size_t>(std::count_if(
      token.begin(), token.end(), [](unsigned char c) { return (c & 0xC0U) != 0x80U; }));
}

// Of hex, or of base64.
std::size_t bytes(std::string_view token) noexcept {
  if (token.starts_with(kHexPrefix)) return (token.size() - kHexPrefix.size() - 1) / 2;
  const std::string_view digits = content(token);
  const auto escapes = static_cast<std::size_t>(std::count(digits.begin(), digits.end(), '\\'));
  const std::size_t padding = digits.ends_with("==") ? 2 : (digits.ends_with('=') ? 1 : 0);
  return (digits.size() - escapes) / 4 * 3 - padding;
}

const char* append_boolean(std::string& out, std::string_view token) {
  const bool is_number = token.front() == '-' || is_digit(token.front());
  if (is_number && token != "0" && token != "1") return "it is neither true nor false";
  out += token;
  return nullptr;
}

}  // namespace

bool is_unreadable(std::string_view json) noexcept {
  const char* at = json.data();
  const char* const end = at + json.size();
  while ((at = static_cast<const char*>(
              std::memchr(at, '\\', static_cast<std::size_t>(end - at)))) != nullptr) {
    if (at[1] != 'u') {
      at += 2;
      continue;
    }
    const int unit = code_unit(at + 2);
    at += 6;
    if (unit == 0 || is_low(unit)) return true;
    if (!is_high(unit)) continue;
    const bool paired = end - at >= 6 && at[0] == '\\' && at[1] == 'u' && is_low(code_unit(at + 2));
    if (!paired) return true;
    at += 6;
  }
  return false;
}

const char* append_value(std::string& out,
                         const snow::ColumnType& type,
                         std::string_view token,
                         Oversize oversize,
                         bool plain) {
  if (ndjson::is_null(token)) {
    out += token;
    return nullptr;
  }
  switch (type.family) {
    case TypeFamily::number:
      return append_number(out, type, token);
    case TypeFamily::text:
      return append_text(out, token, oversize, plain);
    case TypeFamily::real:
      return append_real(out, token);
    case TypeFamily::binary:
      return append_binary(out, token, oversize);
    case TypeFamily::date:
    case TypeFamily::time:
    case TypeFamily::timestamp:
    case TypeFamily::timestamp_zone:
      return append_moment(out, type, token);
    case TypeFamily::variant:
    case TypeFamily::other:
      return append_document(out, token, oversize);
    case TypeFamily::boolean:
      break;
  }
  return append_boolean(out, token);
}

// Only what has more JSON than the column has room is looked into; beyond the service's own limits
// --oversize has judged it.
const char* excess(const snow::ColumnType& type, std::string_view token) {
  const auto room = static_cast<std::size_t>(type.length);
  if (room == 0 || content(token).size() <= room || ndjson::is_null(token)) return nullptr;
  const bool text = type.family == TypeFamily::text && room < kLargestText;
  const bool binary = type.family == TypeFamily::binary && room < kLargestBinary;
  if ((text && characters(token) > room) || (binary && bytes(token) > room))
    return "it is longer than the column";
  return nullptr;
}

}  // namespace cdckit::snow_put
