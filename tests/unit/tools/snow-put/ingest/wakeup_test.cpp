#include "tools/snow-put/ingest/wakeup.hpp"

#include <cstdint>
#include <unistd.h>

#include <doctest/doctest.h>

using namespace cdckit;

TEST_CASE("news make the descriptor readable until they are cleared") {
  const snow_put::Wakeup wakeup{signals::StopToken{}};
  const auto readable = [&] {
    return io::wait_readable({wakeup.fd()}, std::chrono::milliseconds(0)) != 0;
  };
  CHECK_FALSE(readable());
  const std::uint64_t one = 1;
  REQUIRE(::write(wakeup.event_fd(), &one, sizeof one) == sizeof one);
  CHECK(readable());
  wakeup.wait(std::chrono::milliseconds(10'000));
  wakeup.clear();
  CHECK_FALSE(readable());
}
