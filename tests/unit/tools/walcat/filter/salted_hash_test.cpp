#include "tools/walcat/filter/salted_hash.hpp"

#include <doctest/doctest.h>

using cdckit::walcat::SaltedHash;

namespace {

std::string hash(std::string_view salt, std::string_view text) {
  std::string out;
  SaltedHash(salt).append(out, text);
  return out;
}

}  // namespace

TEST_CASE("the test cases of RFC 4231") {
  CHECK(hash(std::string(20, '\x0b'), "Hi There") ==
        "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
  CHECK(hash("Jefe", "what do ya want for nothing?") ==
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  CHECK(hash(std::string(131, '\xaa'), "Test Using Larger Than Block-Size Key - Hash Key First") ==
        "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

TEST_CASE("one hash serves many values, as many digits as wanted") {
  const SaltedHash salted("Jefe");
  std::string out = "x";
  salted.append(out, "other", 10);
  CHECK(out.size() == 11);
  out.clear();
  salted.append(out, "what do ya want for nothing?", 7);
  CHECK(out == "5bdcc14");
  out.clear();
  salted.append(out, "", 1000);
  CHECK(out.size() == 64);
}
