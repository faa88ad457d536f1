#include "tools/walcat/stream/pace.hpp"

#include <doctest/doctest.h>

using cdckit::walcat::Pace;

TEST_CASE("much at once is a busy server, little is not, and silence ends it") {
  Pace pace;
  CHECK_FALSE(pace.is_busy());
  pace.received(Pace::kMuch - 1);
  CHECK_FALSE(pace.is_busy());
  pace.received(Pace::kMuch / 2);
  pace.received(Pace::kMuch / 2);
  CHECK(pace.is_busy());
  CHECK_FALSE(pace.is_busy());
}
