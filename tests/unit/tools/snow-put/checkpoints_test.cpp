#include "tools/snow-put/checkpoints.hpp"

#include <doctest/doctest.h>

using namespace cdckit;

TEST_CASE("a checkpoint waits for every row before it") {
  snow_put::Checkpoints checkpoints;
  checkpoints.add({1, "a", 10, 10});
  checkpoints.add({2, "b", 10, 10});
  checkpoints.add({3, "c", 20, 20});
  CHECK_FALSE(checkpoints.take_done(10));
  CHECK(checkpoints.take_done(11)->seq == 2);
  CHECK_FALSE(checkpoints.take_done(20));
  CHECK(checkpoints.take_done(21)->pos == "c");
  CHECK(checkpoints.empty());
}
