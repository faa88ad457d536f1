#include "common/snow/authenticator.hpp"

#include "tests/unit/support/scratch_folder.hpp"
#include "tests/unit/support/snow_stub.hpp"

#include <cstdlib>
#include <filesystem>
#include <string>

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
  const base::Error refused = authenticator.refused("sign in", {401, "", "", {}});
  CHECK(refused.kind() == base::ErrorKind::permission);
  CHECK(std::string(refused.what()).find("MYORG-ACCT.CDC_USER") != std::string::npos);
  CHECK(refused.hint().find(authenticator.fingerprint()) != std::string_view::npos);
}

TEST_CASE("a token is read again when it was refused") {
  const tests::ScratchFolder folder;
  snow::ConnectionSettings settings;
  settings.account = "myorg-acct";
  settings.user = "u";
  settings.login = snow::Login::oauth;
  settings.token_file = folder.write("token", "one\n");
  snow::Authenticator authenticator(settings, false);
  CHECK(authenticator.token().reveal() == "one");
  CHECK_FALSE(authenticator.signs());
  (void)folder.write("token", "two\n");
  CHECK(authenticator.token().reveal() == "one");
  authenticator.renew();
  CHECK(authenticator.token().reveal() == "two");
  std::vector<std::string> headers;
  authenticator.add_header(headers);
  REQUIRE(headers.size() == 1);
  CHECK(headers[0].ends_with("OAUTH"));
}

TEST_CASE("a workload's token says itself what it is") {
  const tests::ScratchFolder folder;
  snow::ConnectionSettings settings;
  settings.account = "myorg-acct";
  settings.login = snow::Login::workload;
  settings.token_file = folder.write("token", "a.b.c\n");
  snow::Authenticator authenticator(settings, false);
  CHECK(authenticator.token().reveal() == "WIF.OIDC.a.b.c");
  CHECK_FALSE(authenticator.signs());
  std::vector<std::string> headers;
  authenticator.add_header(headers);
  CHECK(headers.empty());
  http::Response answer;
  answer.status = 401;
  CHECK(authenticator.refused("sign in", answer).hint().find("WORKLOAD_IDENTITY") !=
        std::string_view::npos);
}

TEST_CASE("a program's token") {
  snow::ConnectionSettings settings;
  settings.account = "myorg-acct";
  settings.login = snow::Login::oauth;
  settings.token_command = "echo made";
  CHECK(snow::Authenticator(settings, false).token().reveal() == "made");
}

TEST_CASE("how far the clocks are apart") {
  http::Response answer;
  CHECK_FALSE(snow::clock_skew(answer, 0).has_value());
  answer.headers["date"] = "Sun, 06 Nov 1994 08:49:37 GMT";
  CHECK(snow::clock_skew(answer, 784111777 - 5) == 5);
}

TEST_CASE(
    "a key that was rotated signs the next token, one that is being written does not end it") {
  const tests::ScratchFolder folder;
  snow::ConnectionSettings settings;
  settings.account = "myorg-acct";
  settings.user = "u";
  settings.login = snow::Login::key_pair;
  settings.private_key_file = folder.write("key", tests::private_key_pem());
  snow::Authenticator authenticator(settings, false);
  const std::string first = authenticator.fingerprint();
  authenticator.token();
  const std::string other = folder.file("other");
  REQUIRE(std::system(("openssl genpkey -algorithm RSA -out " + other + " 2>/dev/null").c_str()) ==
          0);
  REQUIRE(folder.write("key", "-----BEGIN PRIVATE") == settings.private_key_file);
  authenticator.renew();
  CHECK(authenticator.fingerprint() == first);
  std::filesystem::rename(other, settings.private_key_file);
  authenticator.renew();
  CHECK(authenticator.fingerprint() != first);
}
