#include "tools/snow-put/transport.hpp"

#include "tests/unit/support/snow_stub.hpp"

#include <doctest/doctest.h>

using namespace cdckit;
using std::chrono::milliseconds;

TEST_CASE("outages are counted, other trouble is not") {
  tests::SnowStub stub;
  int retries = 0;
  const snow::StreamingOptions options{
      .retry = {milliseconds(1), milliseconds(2), milliseconds(30)},
      .on_retry = [&](const base::Error&, milliseconds) { ++retries; }};
  snow_put::SnowTransport reachable(stub.settings(), options);
  stub.fail_next("/hostname", "503 Service Unavailable", "", 1);
  reachable.connect();
  CHECK(reachable.outages() == 0);
  CHECK(retries == 1);
  snow::ConnectionSettings nowhere = stub.settings();
  nowhere.port = 1;
  snow_put::SnowTransport unreachable(nowhere, options);
  CHECK_THROWS_AS(unreachable.connect(), base::Error);
  CHECK(unreachable.outages() > 0);
}

TEST_CASE("a pause ends when it is cancelled") {
  tests::SnowStub stub;
  stub.fail_next("/hostname", "503 Service Unavailable", "", 1000);
  snow_put::SnowTransport transport(
      stub.settings(),
      {.retry = {milliseconds(60'000), milliseconds(60'000), milliseconds(90'000)}});
  transport.cancel();
  CHECK_THROWS_AS(transport.connect(), base::Error);
}
