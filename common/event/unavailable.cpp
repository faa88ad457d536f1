#include "common/event/unavailable.hpp"

#include "common/base/text.hpp"
#include "common/ndjson/text.hpp"

#include <algorithm>

namespace cdckit::event {
namespace {

// What the connector makes of the default in uuid[]: a UUID by name.
constexpr const char* kUuidOfDefault = "b68a35a7-17ad-35b3-af2a-ae46edb4545a";

std::string hex_of(std::string_view bytes) {
  constexpr const char* kDigits = "0123456789abcdef";
  std::string out;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    out += kDigits[byte >> 4U];
    out += kDigits[byte & 15U];
  }
  return out;
}

std::string bytes_of(std::string_view text) {
  constexpr std::string_view kHex = "hex:";
  if (!text.starts_with(kHex)) return std::string(text);
  std::string bytes;
  for (std::size_t i = kHex.size(); i + 1 < text.size(); i += 2)
    bytes.push_back(static_cast<char>(base::parse_hex(text.substr(i, 2)).value_or('?')));
  return bytes;
}

std::string url_safe(std::string base64) {
  std::replace(base64.begin(), base64.end(), '+', '-');
  std::replace(base64.begin(), base64.end(), '/', '_');
  return base64;
}

}  // namespace

Unavailable::Unavailable(std::string_view text) : bytes_(bytes_of(text)) {
  if (bytes_.empty()) return;
  least_ = bytes_.size() + 2;
  const std::string base64 = base::to_base64(bytes_);
  std::string pair = "{";
  ndjson::append_string(pair, bytes_);
  pair += ':';
  ndjson::append_string(pair, bytes_);
  texts_ = {bytes_, base64, url_safe(base64), hex_of(bytes_), pair + "}"};
  if (bytes_ == kUnavailable) texts_.emplace_back(kUuidOfDefault);
}

bool Unavailable::is_group(std::string_view json) const {
  if (texts_.empty()) return false;
  return json.front() == '[' ? is_array(json) : is_struct(json);
}

bool Unavailable::is_text(std::string_view token) const {
  // Escapes only make it longer.
  if (token.size() < bytes_.size() + 2) return false;
  const char first = token[1];
  const auto begins = [&](const std::string& text) { return text.front() == first; };
  if (first != '\\' && std::none_of(texts_.begin(), texts_.end(), begins)) return false;
  std::string scratch;
  const std::string_view text = ndjson::unescape(token, scratch);
  return std::find(texts_.begin(), texts_.end(), text) != texts_.end();
}

// One element that is it, or its bytes as numbers.
bool Unavailable::is_array(std::string_view json) const {
  std::string_view element;
  std::size_t count = 0;
  bool codes = true;
  bool only = false;
  for (ndjson::ArrayCursor cursor(json); cursor.next(element); ++count) {
    if (count == 0) only = element.front() != '[' && is(element);
    if (count >= bytes_.size()) return false;
    if (element.ends_with(".0")) element.remove_suffix(2);
    codes = codes && base::parse_signed(element) == static_cast<signed char>(bytes_[count]);
    if (!codes && (!only || count > 0)) return false;
  }
  return (codes && count == bytes_.size()) || (only && count == 1);
}

// {"scale":0,"value":..}, {"wkb":..}, or a map of one pair.
bool Unavailable::is_struct(std::string_view json) const {
  for (const char* name : {"wkb", "value"}) {
    const std::string_view value = ndjson::find_member(json, name);
    if (value.starts_with('"')) return is_text(value);
  }
  ndjson::ObjectCursor cursor(json);
  ndjson::Member member;
  if (!cursor.next(member) || !member.value.starts_with('"') || !is_text(member.value))
    return false;
  const std::string_view name(member.name.data() - 1, member.name.size() + 2);
  return is_text(name) && !cursor.next(member);
}

}  // namespace cdckit::event
