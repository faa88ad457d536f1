#include "tools/kcat-cdc/progress.hpp"

#include <doctest/doctest.h>

using namespace cdckit::kcat_cdc;
using cdckit::kafka::Offsets;

TEST_CASE("partitions are found by topic and number") {
  Progress progress({});
  progress.assign({"t", 0}, -1);
  progress.assign({"t", 1}, -1);
  progress.assign({"u", 1}, -1);
  CHECK(progress.find("t", 1)->partition == cdckit::kafka::Partition{"t", 1});
  CHECK(progress.find("u", 1)->partition == cdckit::kafka::Partition{"u", 1});
  CHECK(progress.find("u", 0) == nullptr);
  CHECK(progress.partitions().size() == 3);
}

TEST_CASE("positions are those of partitions that were read") {
  Progress progress({});
  progress.assign({"t", 0}, -1);
  progress.assign({"t", 1}, -1);
  progress.read(*progress.find("t", 0), 4);
  CHECK(progress.positions() == Offsets{{{"t", 0}, 5}});
  CHECK(progress.take_moved() == Offsets{{{"t", 0}, 5}});
  CHECK(progress.take_moved().empty());
  CHECK(progress.positions().size() == 1);
}

TEST_CASE("a partition that was given away is forgotten but for where it was left") {
  Progress progress({});
  progress.assign({"t", 0}, -1);
  progress.assign({"t", 1}, -1);
  progress.read(*progress.find("t", 0), 4);
  progress.revoke({{"t", 0}, {"t", 1}, {"t", 2}});
  CHECK(progress.empty());
  CHECK(progress.find("t", 0) == nullptr);
  CHECK(progress.left_at({"t", 0}) == 5);
  CHECK_FALSE(progress.left_at({"t", 1}));
}

TEST_CASE("until the end that was there at the beginning") {
  Progress progress({.end = true, .timestamp_ms = {}});
  progress.assign({"t", 0}, 2);
  progress.assign({"t", 1}, 0);
  progress.assign({"t", 2}, 5);
  auto& first = *progress.find("t", 0);
  CHECK(progress.wants(first, 0, 0));
  progress.read(first, 0);
  progress.read(first, 1);
  CHECK_FALSE(progress.wants(first, 2, 0));
  CHECK_FALSE(progress.finished(0));
  // the end can lie behind records that readers do not see
  progress.reached_end(*progress.find("t", 2), 0);
  CHECK(progress.finished(0));
}

TEST_CASE("until a time: by the records' times, or by the clock at the end") {
  Progress progress({.end = false, .timestamp_ms = 100});
  progress.assign({"t", 0}, -1);
  auto& at = *progress.find("t", 0);
  CHECK(progress.wants(at, 0, 99));
  progress.read(at, 0);
  progress.reached_end(at, 50);
  CHECK_FALSE(progress.finished(50));
  CHECK(progress.finished(100));
  progress.assign({"t", 0}, -1);
  CHECK_FALSE(progress.wants(at, 1, 100));
  CHECK(progress.finished(0));
}

TEST_CASE("a run without an end is never finished") {
  Progress progress({});
  progress.assign({"t", 0}, 0);
  progress.reached_end(*progress.find("t", 0), 0);
  CHECK_FALSE(progress.finished(1000));
}

TEST_CASE("a partition with a known beginning has a position before anything is read") {
  Progress progress({});
  progress.assign({"t", 0}, -1, 7);
  progress.assign({"t", 1}, -1);
  CHECK(progress.positions() == Offsets{{{"t", 0}, 7}});
  CHECK(progress.take_moved().empty());
}
