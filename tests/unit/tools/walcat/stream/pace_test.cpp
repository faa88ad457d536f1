#include "tools/walcat/stream/pace.hpp"

#include <doctest/doctest.h>

using cdckit::pg::Link;
using cdckit::walcat::Pace;
using std::chrono::microseconds;
using std::chrono::milliseconds;

TEST_CASE("much for the length of a pause is a busy server, little is not, and silence ends it") {
  Pace pace(Link::network);
  Pace::Time now{std::chrono::hours(1)};
  CHECK_FALSE(pace.is_busy(now));
  pace.received(Pace::kMuch - 1);
  CHECK_FALSE(pace.is_busy(now += milliseconds(1)));
  pace.received(Pace::kMuch / 2);
  CHECK_FALSE(pace.is_busy(now += microseconds(500)));
  pace.received(Pace::kMuch / 2);
  CHECK(pace.is_busy(now += microseconds(500)));
  CHECK_FALSE(pace.is_busy(now += milliseconds(1)));
}

TEST_CASE("much after a long silence is not yet a busy server") {
  Pace pace(Link::same_host);
  Pace::Time now{std::chrono::hours(1)};
  CHECK_FALSE(pace.is_busy(now));
  pace.received(Pace::kMuch * 3);
  CHECK_FALSE(pace.is_busy(now += milliseconds(1000)));
  pace.received(Pace::kMuch * 3);
  CHECK(pace.is_busy(now += milliseconds(3)));
}

TEST_CASE("on a socket file nothing is gained by waiting") {
  Pace pace(Link::unix_socket);
  pace.received(Pace::kMuch * 100);
  CHECK_FALSE(pace.is_busy(Pace::Time(std::chrono::hours(1))));
}
