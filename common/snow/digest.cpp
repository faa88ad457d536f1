#include "common/snow/digest.hpp"

#include "common/base/error.hpp"

#include <array>

#include <fmt/format.h>
#include <openssl/evp.h>

namespace cdckit::snow {

std::string sha224_hex(std::string_view bytes) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  if (EVP_Digest(bytes.data(), bytes.size(), digest.data(), &size, EVP_sha224(), nullptr) != 1) {
    throw base::Error(base::ErrorKind::bug, "could not compute a checksum");
  }
  std::string text;
  for (unsigned i = 0; i < size; ++i) text += fmt::format("{:02x}", digest.at(i));
  return text;
}

}  // namespace cdckit::snow
