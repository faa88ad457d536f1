#include "tools/snow-put/ingest/checkpoints.hpp"

#include <doctest/doctest.h>

using namespace cdckit;

TEST_CASE("a checkpoint waits for every row before it") {
  snow_put::Checkpoints checkpoints;
  checkpoints.add({1, 10, 10});
  checkpoints.add({2, 10, 10});
  checkpoints.add({3, 20, 20});
  CHECK_FALSE(checkpoints.take_done(10));
  CHECK(checkpoints.take_done(11)->mark == 2);
  CHECK_FALSE(checkpoints.take_done(20));
  CHECK(checkpoints.take_done(21)->mark == 3);
  CHECK(checkpoints.empty());
}
