#include "common/base/hex.hpp"

#include "common/base/text.hpp"

#include <doctest/doctest.h>

using namespace cdckit;

TEST_CASE("bytes are two digits each, in lower case") {
  CHECK(base::to_hex("") == "");
  CHECK(base::to_hex(std::string_view("\x00\xff\x1a", 3)) == "00ff1a");
  std::string out = "x";
  base::append_hex(out, "az");
  CHECK(out == "x617a");
}

TEST_CASE("every byte there and back") {
  for (int byte = 0; byte < 256; ++byte) {
    const char letter = static_cast<char>(byte);
    CHECK(base::parse_hex(base::to_hex({&letter, 1})) == static_cast<std::uint64_t>(byte));
  }
}
