#include "common/snow/digest.hpp"

#include <doctest/doctest.h>

namespace cdckit::snow {

TEST_CASE("SHA-224 as the standard's examples have it") {
  CHECK(sha224_hex("") == "d14a028c2a3a2bc9476102bb288234c415a2b01f828ea62ac5b3e42f");
  CHECK(sha224_hex("abc") == "23097d223405d8228642a477bda255b32aadbce4bda0b3f7e36c9da7");
}

TEST_CASE("SHA-256 as the standard's examples have it") {
  CHECK(sha256_hex("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

}  // namespace cdckit::snow
