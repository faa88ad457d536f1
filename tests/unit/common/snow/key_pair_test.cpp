#include "common/snow/key_pair.hpp"

#include "common/base/error.hpp"
#include "common/base/text.hpp"
#include "tests/unit/support/snow_stub.hpp"

#include <doctest/doctest.h>

using namespace cdckit;

namespace {

snow::KeyPair fresh_key() {
  return {secrets::Secret(tests::private_key_pem()), secrets::Secret(), "test"};
}

}  // namespace

TEST_CASE("a signed token says who, which key and until when") {
  const snow::KeyPair key = fresh_key();
  CHECK(key.fingerprint().starts_with("SHA256:"));
  CHECK(key.fingerprint().size() == 7 + 44);
  const secrets::Secret token = key.sign({"MYORG-ACCT", "cdc_user", "LOADER", 1000, 2000});
  CHECK(snow::token_expiry(token.reveal()) == 2000);
  const std::vector<std::string> parts = base::split(token.reveal(), '.');
  REQUIRE(parts.size() == 3);
  CHECK(parts[2].size() == 342);  // 256 bytes of RSA signature, without padding
  CHECK(token.reveal().find('=') == std::string_view::npos);
}

TEST_CASE("a text that is no key is a configuration error that does not show it") {
  try {
    const snow::KeyPair key(secrets::Secret("very secret text"), secrets::Secret(), "key.pem");
    FAIL("a key was made of nothing");
  } catch (const base::Error& error) {
    CHECK(error.kind() == base::ErrorKind::config);
    CHECK(std::string(error.what()).find("very secret") == std::string::npos);
  }
}

TEST_CASE("expiry of what is no token is unknown") {
  CHECK(snow::token_expiry("abc") == 0);
  CHECK(snow::token_expiry("a.b.c") == 0);
  CHECK(snow::token_expiry("") == 0);
}
