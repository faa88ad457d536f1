#include "common/base/base64.hpp"

#include "common/base/hex.hpp"
#include "common/base/text.hpp"

#include <doctest/doctest.h>

using namespace cdckit;

namespace {
std::string print(std::string_view bytes, base::Base64 alphabet = base::Base64::standard) {
  std::string out;
  base::append_base64(out, bytes, alphabet);
  return out;
}
}  // namespace

TEST_CASE("the vectors of RFC 4648") {
  CHECK(print("") == "");
  CHECK(print("f") == "Zg==");
  CHECK(print("fo") == "Zm8=");
  CHECK(print("foo") == "Zm9v");
  CHECK(print("foobar") == "Zm9vYmFy");
}

TEST_CASE("both alphabets, from bytes and from hex, read back the same") {
  std::string bytes;
  for (int i = 0; i < 300; ++i) {
    bytes += static_cast<char>(i * 7);
    for (const auto alphabet : {base::Base64::standard, base::Base64::url_safe}) {
      const auto text = print(bytes, alphabet);
      CHECK(base::from_base64(text) == bytes);
      std::string of_hex;
      base::append_base64_of_hex(of_hex, base::to_hex(bytes), alphabet);
      CHECK(of_hex == text);
    }
    CHECK(print(bytes) == base::to_base64(bytes));
  }
  CHECK(print("\xfb\xff") == "+/8=");
  CHECK(print("\xfb\xff", base::Base64::url_safe) == "-_8=");
}

TEST_CASE("hex digits of either case") {
  std::string out;
  base::append_base64_of_hex(out, "00ff10FB", base::Base64::standard);
  CHECK(out == "AP8Q+w==");
}

TEST_CASE("reading appends behind what is there, or leaves it alone") {
  std::string out = "x";
  CHECK(base::append_from_base64(out, "Zm9vYg=="));
  CHECK(base::append_from_base64(out, "-_8"));
  CHECK(out == "xfoob\xFB\xFF");
  for (const char* text : {"A", "Zm9v!", "Zm=v", "AAAAA"}) {
    CHECK_FALSE(base::append_from_base64(out, text));
    CHECK(out == "xfoob\xFB\xFF");
  }
}
