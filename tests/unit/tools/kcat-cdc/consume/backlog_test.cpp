#include "tools/kcat-cdc/consume/backlog.hpp"

#include <doctest/doctest.h>

using cdckit::kcat_cdc::Backlog;
using std::chrono::milliseconds;

namespace {
const Backlog::Time kStart{std::chrono::seconds(1000)};
}

TEST_CASE("rows are told after a tenth of a second, a position alone after a second") {
  Backlog backlog(0);
  backlog.covered(1, kStart);
  CHECK_FALSE(backlog.due(kStart + milliseconds(500), false));
  CHECK_FALSE(backlog.due(kStart + milliseconds(500), true));
  CHECK(backlog.due(kStart + milliseconds(1000), true));
  backlog.printed(10);
  CHECK_FALSE(backlog.due(kStart + milliseconds(99), true));
  CHECK(backlog.due(kStart + milliseconds(100), true));
  CHECK(backlog.rows() == 1);
  backlog.covered(2, kStart + milliseconds(100));
  CHECK(backlog.rows() == 0);
  backlog.printed(Backlog::kCheckpointBytes);
  CHECK(backlog.due(kStart + milliseconds(100), false));
}

TEST_CASE("what is unacknowledged is bounded in bytes") {
  Backlog backlog(100);
  backlog.printed(60);
  CHECK_FALSE(backlog.full());
  backlog.printed(60);
  CHECK(backlog.full());
  CHECK(backlog.due(kStart, false));  // at once: nothing else can end it
  backlog.covered(1, kStart);
  CHECK(backlog.full());
  CHECK_FALSE(backlog.due(kStart, false));
  backlog.acknowledged(1);
  CHECK_FALSE(backlog.full());
}

TEST_CASE("and in checkpoints") {
  Backlog backlog(1000);
  for (std::uint64_t number = 1; number <= Backlog::kMostOpen; ++number) {
    backlog.printed(1);
    CHECK(backlog.due(kStart + milliseconds(100) * number, true));
    backlog.covered(number, kStart + milliseconds(100) * number);
  }
  backlog.printed(1);
  CHECK_FALSE(backlog.due(kStart + milliseconds(5000), true));
  backlog.acknowledged(3);
  CHECK(backlog.open() == Backlog::kMostOpen - 3);
  CHECK(backlog.due(kStart + milliseconds(5000), true));
}

TEST_CASE("where nothing acknowledges nothing is bounded") {
  Backlog backlog(0);
  for (std::uint64_t number = 1; number < 50; ++number) {
    backlog.printed(1U << 20U);
    backlog.covered(number, kStart);
  }
  CHECK_FALSE(backlog.full());
  backlog.printed(1);
  CHECK(backlog.due(kStart + milliseconds(100), true));
}

TEST_CASE("standing still for long is worth a word, once each time") {
  Backlog backlog(10);
  backlog.printed(9);
  CHECK_FALSE(backlog.is_worth_a_word(Backlog::kLong));
  backlog.printed(1);
  backlog.covered(1, kStart);
  CHECK_FALSE(backlog.is_worth_a_word(Backlog::kLong - milliseconds(1)));
  CHECK(backlog.is_worth_a_word(Backlog::kLong));
  CHECK_FALSE(backlog.is_worth_a_word(Backlog::kLong * 2));
  backlog.acknowledged(1);
  CHECK_FALSE(backlog.is_worth_a_word(Backlog::kLong));
  backlog.printed(10);
  CHECK(backlog.is_worth_a_word(Backlog::kLong));
}
