#include "common/avro/json_value.hpp"

#include "common/event/java_number.hpp"

#include <charconv>
#include <cmath>
#include <cstring>
#include <limits>

namespace cdckit::avro {
namespace {

template <class Number>
bool parse_whole(std::string_view text, Number& value) noexcept {
  const char* end = text.data() + text.size();
  const auto result = std::from_chars(text.data(), end, value);
  return result.ec == std::errc() && result.ptr == end;
}

// Where no digit can be lost.
constexpr double kExact = 9007199254740992.0;

template <class Float>
std::optional<Float> named_number(std::string_view token) noexcept {
  if (token == "\"NaN\"") return std::numeric_limits<Float>::quiet_NaN();
  if (token == "\"Infinity\"") return std::numeric_limits<Float>::infinity();
  if (token == "\"-Infinity\"") return -std::numeric_limits<Float>::infinity();
  return std::nullopt;
}

template <class Float>
std::optional<Float> parse_float(std::string_view token) noexcept {
  if (token.starts_with('"')) return named_number<Float>(token);
  Float value = 0;
  const char* end = token.data() + token.size();
  const auto result = std::from_chars(token.data(), end, value);
  if (result.ptr != end) return std::nullopt;
  if (result.ec == std::errc()) return value;
  // too large, or so small that it is zero
  const double wide = event::to_double(token);
  if (!(std::fabs(wide) <= static_cast<double>(std::numeric_limits<Float>::max())))
    return std::nullopt;
  return static_cast<Float>(wide);
}

int hex_of(char letter) noexcept {
  if (letter >= '0' && letter <= '9') return letter - '0';
  const char lower = static_cast<char>(letter | 0x20);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

void append_little_endian(std::string& out, std::uint32_t value) {
  char bytes[sizeof value];
  std::memcpy(bytes, &value, sizeof value);
  out.append(bytes, sizeof bytes);
}

// The number up to `mark`, which goes as well.
bool take_part(std::string_view& text, std::string_view mark, std::uint32_t& value) noexcept {
  const auto end = text.find(mark);
  if (end == std::string_view::npos || !parse_whole(text.substr(0, end), value)) return false;
  text.remove_prefix(end + mark.size());
  return true;
}

}  // namespace

std::optional<std::int64_t> whole_of(std::string_view token) noexcept {
  std::int64_t value = 0;
  if (parse_whole(token, value)) return value;
  if (token.find_first_of(".eE") == std::string_view::npos || token.starts_with('"'))
    return std::nullopt;
  const auto wide = parse_float<double>(token);
  if (!wide || std::fabs(*wide) > kExact || std::trunc(*wide) != *wide) return std::nullopt;
  return static_cast<std::int64_t>(*wide);
}

std::optional<double> double_of(std::string_view token) noexcept {
  return parse_float<double>(token);
}

std::optional<float> float_of(std::string_view token) noexcept {
  return parse_float<float>(token);
}

bool append_uuid_bytes(std::string& out, std::string_view text) {
  if (text.size() != 36) return false;
  char bytes[16];
  std::size_t size = 0;
  for (std::size_t i = 0; i < text.size();) {
    if (i == 8 || i == 13 || i == 18 || i == 23) {
      if (text[i++] != '-') return false;
      continue;
    }
    const int high = hex_of(text[i]);
    const int low = hex_of(text[i + 1]);
    if (high < 0 || low < 0) return false;
    bytes[size++] = static_cast<char>(high << 4 | low);
    i += 2;
  }
  out.append(bytes, size);
  return true;
}

bool append_duration_bytes(std::string& out, std::string_view text) {
  std::uint32_t months = 0;
  std::uint32_t days = 0;
  std::uint32_t seconds = 0;
  std::uint32_t millis = 0;
  if (!text.starts_with('P')) return false;
  text.remove_prefix(1);
  if (!take_part(text, "M", months) || !take_part(text, "DT", days)) return false;
  if (!take_part(text, ".", seconds) || text.size() != 4) return false;
  if (!take_part(text, "S", millis)) return false;
  const std::uint64_t all = std::uint64_t{seconds} * 1000 + millis;
  if (all > UINT32_MAX) return false;
  append_little_endian(out, months);
  append_little_endian(out, days);
  append_little_endian(out, static_cast<std::uint32_t>(all));
  return true;
}

}  // namespace cdckit::avro
