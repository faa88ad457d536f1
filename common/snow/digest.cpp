#include "common/snow/digest.hpp"

#include "common/base/error.hpp"

#include <array>

#include <fmt/format.h>
#include <openssl/evp.h>

namespace cdckit::snow {
namespace {

std::string digest_hex(std::string_view bytes, const EVP_MD* algorithm) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  if (EVP_Digest(bytes.data(), bytes.size(), digest.data(), &size, algorithm, nullptr) != 1) {
    throw base::Error(base::ErrorKind::bug, "could not compute a checksum");
  }
  std::string text;
  for (unsigned i = 0; i < size; ++i) text += fmt::format("{:02x}", digest.at(i));
  return text;
}

}  // namespace

std::string sha224_hex(std::string_view bytes) {
  return digest_hex(bytes, EVP_sha224());
}

std::string sha256_hex(std::string_view bytes) {
  return digest_hex(bytes, EVP_sha256());
}

}  // namespace cdckit::snow
