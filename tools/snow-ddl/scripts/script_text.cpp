#include "tools/snow-ddl/scripts/script_text.hpp"

#include "common/base/error.hpp"
#include "common/ndjson/text.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace cdckit::snow_ddl {
namespace {

[[noreturn]] void refuse(const std::string& source, const std::string& why, const char* hint) {
  throw base::Error(
      base::ErrorKind::data, fmt::format("could not read script \"{}\": {}", source, why), hint);
}

// How many bytes the character takes that begins so; 1 for what begins none.
std::size_t size_of(char first) noexcept {
  const auto byte = static_cast<unsigned char>(first);
  return byte < 0xC0U ? 1 : byte < 0xE0U ? 2 : byte < 0xF0U ? 3 : 4;
}

std::size_t first_bad_byte(std::string_view text) {
  std::size_t at = 0;
  while (at < text.size()) {
    const std::size_t size = size_of(text[at]);
    if (!ndjson::is_utf8(text.substr(at, size))) break;
    at += size;
  }
  return at;
}

void require_utf8(std::string_view bytes, const std::string& source) {
  if (bytes.starts_with("\xFF\xFE") || bytes.starts_with("\xFE\xFF"))
    refuse(source,
           bytes.front() == '\xFF' ? "it is UTF-16 (little endian)" : "it is UTF-16 (big endian)",
           "Save it as UTF-8.");
  if (ndjson::is_utf8(bytes)) return;
  refuse(
      source, fmt::format("byte {} is no UTF-8", first_bad_byte(bytes) + 1), "Save it as UTF-8.");
}

}  // namespace

std::string normalise(std::string_view bytes, const std::string& source) {
  constexpr std::string_view kMark = "\xEF\xBB\xBF";
  require_utf8(bytes, source);
  if (bytes.starts_with(kMark)) bytes.remove_prefix(kMark.size());
  std::string out;
  out.reserve(bytes.size());
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (bytes[i] != '\r') {
      out += bytes[i];
      continue;
    }
    out += '\n';
    if (i + 1 < bytes.size() && bytes[i + 1] == '\n') ++i;
  }
  return out;
}

}  // namespace cdckit::snow_ddl
