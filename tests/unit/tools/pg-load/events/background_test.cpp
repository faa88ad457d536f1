#include "tools/pg-load/events/background.hpp"

#include <atomic>
#include <stdexcept>

#include <doctest/doctest.h>

using cdckit::pg_load::Background;

TEST_CASE("work runs beside its owner, one piece after the other") {
  Background background;
  background.wait();
  std::atomic<int> sum{0};
  for (int i = 1; i <= 100; ++i) {
    background.start([&sum, i] { sum += i; });
    background.wait();
  }
  CHECK(sum == 5050);
}

TEST_CASE("what the work throws comes out of wait, once") {
  Background background;
  background.start([] { throw std::runtime_error("refused"); });
  CHECK_THROWS_WITH_AS(background.wait(), "refused", std::runtime_error);
  background.wait();
  int done = 0;
  background.start([&done] { done = 1; });
  background.wait();
  CHECK(done == 1);
}

TEST_CASE("the end waits for work under way") {
  std::atomic<bool> done{false};
  {
    Background background;
    background.start([&done] { done = true; });
  }
  CHECK(done);
}
