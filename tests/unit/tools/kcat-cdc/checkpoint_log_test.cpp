#include "tools/kcat-cdc/checkpoint_log.hpp"

#include <doctest/doctest.h>

using cdckit::kafka::Offsets;
using cdckit::kcat_cdc::CheckpointLog;

TEST_CASE("an acknowledgement covers all checkpoints before it") {
  CheckpointLog log;
  log.sent(1, {{{"t", 0}, 5}});
  log.sent(2, {{{"t", 1}, 9}});
  log.sent(3, {{{"t", 0}, 7}});
  CHECK(log.acknowledged(0).empty());
  CHECK(log.acknowledged(2) == Offsets{{{"t", 0}, 5}, {{"t", 1}, 9}});
  CHECK(log.acknowledged(2).empty());
  CHECK(log.acknowledged(99) == Offsets{{{"t", 0}, 7}});
  CHECK(log.size() == 0);
}

TEST_CASE("partitions that are gone are not committed later") {
  CheckpointLog log;
  log.sent(1, {{{"t", 0}, 5}, {{"t", 1}, 6}});
  log.forget({{"t", 0}});
  CHECK(log.acknowledged(1) == Offsets{{{"t", 1}, 6}});
}

TEST_CASE("too many are merged: commits get coarser, never early") {
  CheckpointLog log(2);
  for (std::uint64_t seq = 1; seq <= 5; ++seq)
    log.sent(seq, {{{"t", 0}, static_cast<std::int64_t>(seq * 10)}});
  CHECK(log.size() == 2);
  CHECK(log.acknowledged(1) == Offsets{{{"t", 0}, 10}});
  CHECK(log.acknowledged(4).empty());
  CHECK(log.acknowledged(5) == Offsets{{{"t", 0}, 50}});
}
