// The plain SHA-256 functions may be copied in the middle of their work, which the newer interface
// cannot do without allocating.
#define OPENSSL_SUPPRESS_DEPRECATED

#include "tools/walcat/filter/salted_hash.hpp"

#include "common/base/hex.hpp"

#include <algorithm>
#include <array>

#include <openssl/crypto.h>
#include <openssl/sha.h>

namespace cdckit::walcat {
namespace {

using Block = std::array<unsigned char, SHA256_CBLOCK>;
using Digest = std::array<unsigned char, SHA256_DIGEST_LENGTH>;

// RFC 2104: a key longer than a block is hashed first, a shorter one padded with zeros.
Block key_block(std::string_view salt) {
  Block block{};
  if (salt.size() > block.size()) {
    SHA256(reinterpret_cast<const unsigned char*>(salt.data()), salt.size(), block.data());
  } else {
    std::copy(salt.begin(), salt.end(), block.begin());
  }
  return block;
}

SHA256_CTX begin_with(Block block, unsigned char pad) {
  for (auto& byte : block) byte ^= pad;
  SHA256_CTX state;
  SHA256_Init(&state);
  SHA256_Update(&state, block.data(), block.size());
  OPENSSL_cleanse(block.data(), block.size());
  return state;
}

}  // namespace

struct SaltedHash::States {
  SHA256_CTX inner;
  SHA256_CTX outer;
};

SaltedHash::SaltedHash(std::string_view salt) {
  Block block = key_block(salt);
  states_ = std::make_unique<States>(States{begin_with(block, 0x36), begin_with(block, 0x5c)});
  OPENSSL_cleanse(block.data(), block.size());
}

SaltedHash::~SaltedHash() {
  OPENSSL_cleanse(states_.get(), sizeof(States));
}

void SaltedHash::append(std::string& out, std::string_view text, std::size_t digits) const {
  Digest digest;
  SHA256_CTX state = states_->inner;
  SHA256_Update(&state, text.data(), text.size());
  SHA256_Final(digest.data(), &state);
  state = states_->outer;
  SHA256_Update(&state, digest.data(), digest.size());
  SHA256_Final(digest.data(), &state);
  for (std::size_t i = 0; i < std::min(digits, kHashDigits); ++i) {
    const auto byte = digest[i / 2];
    out += base::kHexDigits[i % 2 == 0 ? byte >> 4U : byte & 0xFU];
  }
}

}  // namespace cdckit::walcat
