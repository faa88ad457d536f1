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

TEST_CASE("a socket file holds little: the pauses are short, and as much must come in them") {
  Pace pace(Link::unix_socket);
  CHECK(pace.pause() < milliseconds(1));
  Pace::Time now{std::chrono::hours(1)};
  CHECK_FALSE(pace.is_busy(now));
  const std::size_t enough =
      Pace::kMuch * static_cast<std::size_t>(pace.pause().count()) / 1000 + 1;
  pace.received(enough);
  CHECK(pace.is_busy(now += pace.pause()));
  CHECK(pace.is_busy(now + microseconds(1)));  // as it was, until a pause is over
  pace.received(enough / 2);
  CHECK_FALSE(pace.is_busy(now += pace.pause()));
  pace.received(enough);
  CHECK_FALSE(pace.is_busy(now += pace.pause() - microseconds(1)));
}
