#include "common/base/hex.hpp"

namespace cdckit::base {

void append_hex(std::string& out, std::string_view bytes) {
  const auto begin = out.size();
  out.resize(begin + 2 * bytes.size());
  char* to = out.data() + begin;
  for (const char letter : bytes) {
    const auto byte = static_cast<unsigned char>(letter);
    *to++ = kHexDigits[byte >> 4U];
    *to++ = kHexDigits[byte & 15U];
  }
}

std::string to_hex(std::string_view bytes) {
  std::string out;
  append_hex(out, bytes);
  return out;
}

}  // namespace cdckit::base
