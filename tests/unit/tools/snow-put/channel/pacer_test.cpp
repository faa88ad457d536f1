#include "tools/snow-put/channel/pacer.hpp"

#include <doctest/doctest.h>

using namespace cdckit::snow_put;
using std::chrono::milliseconds;

TEST_CASE("a channel keeps to its rates") {
  const Pacer::Time start(std::chrono::seconds(100));
  Pacer pacer(1000);
  CHECK(pacer.ready(600, start) == start);
  pacer.sent(600, start);
  CHECK(pacer.ready(600, start) == start + milliseconds(200));
  CHECK(pacer.ready(600, start + milliseconds(200)) == start + milliseconds(200));
  CHECK(pacer.ready(5000, start) == start + milliseconds(600));  // never more than a second's worth
}

TEST_CASE("ten requests a second") {
  const Pacer::Time start(std::chrono::seconds(100));
  Pacer pacer(1'000'000);
  for (int i = 0; i < 10; ++i) pacer.sent(1, start);
  CHECK(pacer.ready(1, start) == start + milliseconds(100));
}

TEST_CASE("no limits") {
  const Pacer::Time start(std::chrono::seconds(100));
  Pacer pacer(0);
  for (int i = 0; i < 100; ++i) pacer.sent(100'000'000, start);
  CHECK(pacer.ready(100'000'000, start) == start);
}
