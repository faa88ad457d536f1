#include "common/log/progress.hpp"

#include <doctest/doctest.h>

using namespace cdckit;
using namespace std::chrono_literals;

TEST_CASE("nothing is said before there is something to say") {
  log::Progress progress;
  CHECK_FALSE(progress.wanted());
  const auto begin = std::chrono::steady_clock::now();
  CHECK(progress.look(begin).empty());
  CHECK(progress.wanted());
  progress.tell({.rows = 0});
  CHECK_FALSE(progress.wanted());
  CHECK(progress.look(begin + 500ms).empty());
  progress.doing("merge of T");
  CHECK(progress.look(begin + 1s) == "merge of T");
}

TEST_CASE("rows, rate, lag and the time left") {
  log::Progress progress;
  const auto begin = std::chrono::steady_clock::now();
  (void)progress.look(begin);
  progress.tell({.rows = 1'000'000, .lag = 2100ms, .part = 0.25});
  CHECK(progress.look(begin + 1s) == "1,000,000 rows, lag 2.1 s, 3 s left");
  progress.tell({.rows = 1'500'000});
  CHECK(progress.look(begin + 2s) == "1,500,000 rows, 500,000 rows/s, lag 2.1 s, 6 s left");
  progress.tell({.lag = -1s, .part = 1.0});  // by the clocks of two machines
  progress.doing("snapshot");
  CHECK(progress.look(begin + 3s) ==
        "snapshot, 1,500,000 rows, 250,000 rows/s, lag 0.0 s, 0 s left");
}

TEST_CASE("the rate is that of the last five seconds") {
  log::Progress progress;
  const auto begin = std::chrono::steady_clock::now();
  std::uint64_t rows = 0;
  std::string line;
  for (int i = 0; i <= 60; ++i) {
    progress.tell({.rows = rows += i < 30 ? 1'000 : 10});
    line = progress.look(begin + i * 500ms);
  }
  CHECK(line == "30,310 rows, 20 rows/s");
}

TEST_CASE("long times are short to read") {
  log::Progress progress;
  const auto begin = std::chrono::steady_clock::now();
  (void)progress.look(begin);
  progress.tell({.part = 0.5});
  CHECK(progress.look(begin + 90s) == "1 min 30 s left");
  CHECK(progress.look(begin + 2h) == "2 h 0 min left");
  progress.tell({.part = 0.0});
  CHECK(progress.look(begin + 2h).empty());
}

TEST_CASE("somebody else may have the line") {
  log::Progress progress;
  const auto begin = std::chrono::steady_clock::now();
  progress.tell({.rows = 5});
  progress.leave(true);
  CHECK(progress.look(begin).empty());
  progress.leave(false);
  CHECK(progress.look(begin + 1s) == "5 rows, 0 rows/s");
}
