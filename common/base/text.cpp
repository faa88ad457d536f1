#include "common/base/text.hpp"

#include "common/base/base64.hpp"

#include <array>
#include <charconv>
#include <limits>

namespace cdckit::base {

namespace {

template <class Integer>
std::optional<Integer> parse_integer(std::string_view text, int base) {
  Integer value{};
  const char* end = text.data() + text.size();
  const auto [at, failure] = std::from_chars(text.data(), end, value, base);
  if (failure != std::errc{} || at != end || text.empty()) return std::nullopt;
  return value;
}

struct Unit {
  std::string_view name;
  std::uint64_t factor;
};

std::optional<std::uint64_t> parse_with_unit(std::string_view text,
                                             const Unit* units,
                                             std::size_t count) {
  std::size_t digits = 0;
  while (digits < text.size() && text[digits] >= '0' && text[digits] <= '9') ++digits;
  const auto number = parse_unsigned(text.substr(0, digits));
  if (!number) return std::nullopt;
  const std::string_view suffix = text.substr(digits);
  for (std::size_t i = 0; i < count; ++i) {
    if (units[i].name != suffix) continue;
    if (*number > std::numeric_limits<std::uint64_t>::max() / units[i].factor) return std::nullopt;
    return *number * units[i].factor;
  }
  return std::nullopt;
}

constexpr char lower(char c) noexcept {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
}
constexpr char upper(char c) noexcept {
  return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c;
}
constexpr std::string_view kSpace = " \t\r\n\v\f";

// A hundred years: adding it to a clock cannot overflow nanoseconds in 64 bits.
constexpr std::uint64_t kLongestDuration = std::uint64_t{36'500} * 86'400'000;

}  // namespace

std::optional<std::uint64_t> parse_unsigned(std::string_view text) {
  return parse_integer<std::uint64_t>(text, 10);
}
std::optional<std::int64_t> parse_signed(std::string_view text) {
  return parse_integer<std::int64_t>(text, 10);
}
std::optional<std::uint64_t> parse_hex(std::string_view text) {
  if (text.size() > 16) return std::nullopt;
  return parse_integer<std::uint64_t>(text, 16);
}

void append_hex16(std::string& out, std::uint64_t value) {
  static constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::array<char, 16> text{};
  for (std::size_t i = 16; i-- > 0; value >>= 4U) text[i] = kDigits[value & 0xFU];
  out.append(text.data(), text.size());
}

std::string hex16(std::uint64_t value) {
  std::string out;
  append_hex16(out, value);
  return out;
}

std::optional<std::chrono::milliseconds> parse_duration(std::string_view text) {
  static constexpr std::array<Unit, 6> kUnits{
      {{"", 1000}, {"ms", 1}, {"s", 1000}, {"m", 60'000}, {"h", 3'600'000}, {"d", 86'400'000}}};
  const auto value = parse_with_unit(text, kUnits.data(), kUnits.size());
  if (!value || *value > kLongestDuration) return std::nullopt;
  return std::chrono::milliseconds(static_cast<std::int64_t>(*value));
}

std::string format_duration(std::chrono::milliseconds value) {
  const auto count = value.count();
  if (count % 1000 != 0 || count == 0) return std::to_string(count) + "ms";
  const auto seconds = count / 1000;
  if (seconds % 3600 == 0) return std::to_string(seconds / 3600) + "h";
  if (seconds % 60 == 0) return std::to_string(seconds / 60) + "m";
  return std::to_string(seconds) + "s";
}

std::optional<std::uint64_t> parse_size(std::string_view text) {
  static constexpr std::array<Unit, 11> kUnits{{{"", 1},
                                                {"B", 1},
                                                {"K", 1U << 10U},
                                                {"KiB", 1U << 10U},
                                                {"kB", 1000},
                                                {"M", 1U << 20U},
                                                {"MiB", 1U << 20U},
                                                {"MB", 1'000'000},
                                                {"G", 1U << 30U},
                                                {"GiB", 1U << 30U},
                                                {"GB", 1'000'000'000}}};
  return parse_with_unit(text, kUnits.data(), kUnits.size());
}

std::string format_size(std::uint64_t bytes) {
  static constexpr std::array<Unit, 3> kUnits{
      {{"GiB", 1U << 30U}, {"MiB", 1U << 20U}, {"KiB", 1U << 10U}}};
  for (const Unit& unit : kUnits) {
    if (bytes != 0 && bytes % unit.factor == 0)
      return std::to_string(bytes / unit.factor) + std::string(unit.name);
  }
  return std::to_string(bytes);
}

std::string_view trim(std::string_view text) {
  const auto first = text.find_first_not_of(kSpace);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> parts;
  for (;;) {
    const auto at = text.find(separator);
    parts.emplace_back(text.substr(0, at));
    if (at == std::string_view::npos) return parts;
    text.remove_prefix(at + 1);
  }
}

std::string to_lower(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = lower(c);
  return out;
}

std::string to_upper(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = upper(c);
  return out;
}

bool starts_with_ignoring_case(std::string_view text, std::string_view prefix) {
  if (text.size() < prefix.size()) return false;
  for (std::size_t i = 0; i < prefix.size(); ++i) {
    if (lower(text[i]) != lower(prefix[i])) return false;
  }
  return true;
}

bool glob_match(std::string_view pattern, std::string_view text) {
  std::size_t p = 0;
  std::size_t t = 0;
  std::size_t star = std::string_view::npos;
  std::size_t star_text = 0;
  while (t < text.size()) {
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      star_text = t;
    } else if (p < pattern.size() && (pattern[p] == '?' || pattern[p] == text[t])) {
      ++p;
      ++t;
    } else if (star != std::string_view::npos) {
      p = star + 1;
      t = ++star_text;
    } else {
      return false;
    }
  }
  while (p < pattern.size() && pattern[p] == '*') ++p;
  return p == pattern.size();
}

std::string to_base64(std::string_view bytes) {
  std::string out;
  append_base64(out, bytes);
  return out;
}

std::optional<std::string> from_base64(std::string_view text) {
  std::string bytes;
  if (!append_from_base64(bytes, text)) return std::nullopt;
  return bytes;
}

}  // namespace cdckit::base
