#include "common/snow/authenticator.hpp"

#include "tests/unit/support/snow_stub.hpp"

#include <doctest/doctest.h>

using namespace cdckit;

TEST_CASE("a token is kept until five minutes are left") {
  snow::ConnectionSettings settings;
  settings.account = "myorg-acct";
  settings.user = "cdc_user";
  std::int64_t now = 10'000;
  snow::Authenticator authenticator(
      settings, {secrets::Secret(tests::private_key_pem()), secrets::Secret(), "test"}, false, [&] {
        return now;
      });
  const std::string first(authenticator.token().reveal());
  CHECK(snow::token_expiry(first) == 10'000 + 59 * 60);
  now += 54 * 60;
  CHECK(authenticator.token().reveal() == first);
  now += 1;
  CHECK(authenticator.token().reveal() != first);
  const base::Error refused = authenticator.refused("sign in", "HTTP 401");
  CHECK(refused.kind() == base::ErrorKind::permission);
  CHECK(std::string(refused.what()).find("MYORG-ACCT.CDC_USER") != std::string::npos);
  CHECK(refused.hint().find(authenticator.fingerprint()) != std::string_view::npos);
}
