#include "tools/snow-put/connect.hpp"

#include "tests/unit/support/snow_stub.hpp"

#include <doctest/doctest.h>

using namespace cdckit;

TEST_CASE("a transport signs in before anything is read") {
  tests::SnowStub stub;
  snow_put::Options options;
  options.retry_for = std::chrono::milliseconds(0);
  CHECK(snow_put::connected_transport(stub.settings(), options) != nullptr);
  CHECK(stub.requests().size() == 2);
  CHECK(stub.requests()[0].find("User-Agent: snow-put/") != std::string::npos);
  stub.fail_next("/oauth/token", "401 Unauthorized", "", 2);
  CHECK_THROWS_AS(snow_put::connected_transport(stub.settings(), options), base::Error);
}
