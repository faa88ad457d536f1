#include "common/snow/workload_identity.hpp"

#include "common/base/error.hpp"
#include "tests/unit/support/scratch_folder.hpp"

#include <doctest/doctest.h>

using namespace cdckit;

TEST_CASE("a token out of a file, with the end that it says itself") {
  const tests::ScratchFolder folder;
  snow::ConnectionSettings settings;
  settings.login = snow::Login::workload;
  settings.token_file = folder.write("token", "eyJhbGciOiJub25lIn0.eyJleHAiOjE3MDAwMDAwMDB9.x\n");
  const token::Token found = snow::workload_token(settings);
  CHECK(found.text.reveal().starts_with("eyJ"));
  CHECK(found.expires_at_ms == 1'700'000'000'000);
}

TEST_CASE("a runner that is not there is asked again later") {
  snow::ConnectionSettings settings;
  settings.login = snow::Login::workload;
  settings.identity_url = "http://127.0.0.1:1/token";
  settings.identity_request_token = secrets::Secret("r");
  try {
    (void)snow::workload_token(settings);
    FAIL("nobody listens there");
  } catch (const base::Error& error) {
    CHECK(error.kind() == base::ErrorKind::temporary);
  }
}
