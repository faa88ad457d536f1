#include "tools/kcat-cdc/consume/progress.hpp"

#include <algorithm>

#include <doctest/doctest.h>

using namespace cdckit::kcat_cdc;
using cdckit::kafka::Offsets;

TEST_CASE("partitions are found by topic and number") {
  Progress progress({});
  progress.assign({"t", 0}, -2);
  progress.assign({"t", 1}, -2);
  progress.assign({"u", 1}, -2);
  CHECK(progress.find("t", 1)->partition == cdckit::kafka::Partition{"t", 1});
  CHECK(progress.find("u", 1)->partition == cdckit::kafka::Partition{"u", 1});
  CHECK(progress.find("u", 0) == nullptr);
  CHECK(progress.partitions().size() == 3);
}

TEST_CASE("positions are those of partitions that were read") {
  Progress progress({});
  progress.assign({"t", 0}, -2);
  progress.assign({"t", 1}, -2);
  CHECK_FALSE(progress.moved());
  progress.read(*progress.find("t", 0), 4);
  CHECK(progress.moved());
  CHECK(progress.positions() == Offsets{{{"t", 0}, 5}});
  CHECK(progress.take_moved() == Offsets{{{"t", 0}, 5}});
  CHECK(progress.take_moved().empty());
  CHECK(progress.positions().size() == 1);
}

TEST_CASE("an end moves the position behind what no reader sees") {
  Progress progress({});
  auto& at = progress.assign({"t", 0}, 3);
  progress.read(at, 3);
  (void)progress.take_moved();
  progress.reached_end(at, 6);  // a mark of a transaction, aborted records
  CHECK(progress.take_moved() == Offsets{{{"t", 0}, 6}});
  progress.reached_end(at, 6);
  progress.reached_end(at, 4);
  CHECK_FALSE(progress.moved());
}

TEST_CASE("a partition that was given away is forgotten but for where it was left") {
  Progress progress({});
  progress.assign({"t", 0}, -2);
  progress.assign({"t", 1}, -2);
  progress.read(*progress.find("t", 0), 4);
  progress.revoke({{"t", 0}, {"t", 1}, {"t", 2}});
  CHECK(progress.empty());
  CHECK(progress.find("t", 0) == nullptr);
  CHECK(progress.left_at({"t", 0}) == 5);
  CHECK_FALSE(progress.left_at({"t", 1}));
}

TEST_CASE("the mark of a partition that was given away is known when it comes back") {
  Progress progress({});
  auto& at = progress.assign({"t", 0}, 3);
  progress.read(at, 3);
  at.mark = {.offset = 3, .timestamp_ms = 7, .hash = 9};
  progress.revoke({{"t", 0}});
  auto& again = progress.assign({"t", 0}, 8);
  CHECK(again.mark.offset == 3);
  CHECK(again.mark.hash == 9);
  CHECK_FALSE(progress.proving());
  again.proof = Proof::proving;
  CHECK(progress.proving());
  again.proof = Proof::learning;
  CHECK_FALSE(progress.proving());
  again.older_than_ms = 1;  // its topic is not known yet
  CHECK(progress.proving());
}

TEST_CASE("what is too late is left to the run that follows, with what stands behind it") {
  Progress progress({.bounded = true, .before_ms = 5});
  progress.note_ends({{{"t", 0}, 4}});
  auto& at = progress.assign({"t", 0}, 0);
  for (const std::int64_t time : {1, 5, 3, 7}) {
    const std::int64_t offset = std::max<std::int64_t>(at.next, 0);
    CHECK((progress.wants(at, offset, time) == Wanted::yes) == (time < 5));
    progress.read(at, offset);
  }
  CHECK(progress.finished());
  CHECK(progress.positions() == Offsets{{{"t", 0}, 1}});
  CHECK(progress.take_moved() == Offsets{{{"t", 0}, 1}});
}

TEST_CASE("up to the ends that were noted, whatever is written since") {
  Progress progress({.bounded = true});
  progress.note_ends({{{"t", 0}, 2}, {{"t", 1}, 0}, {{"t", 2}, 5}});
  CHECK_FALSE(progress.finished());  // nothing is assigned yet
  auto& first = progress.assign({"t", 0}, -2);
  CHECK(progress.assign({"t", 1}, -2).done);
  auto& third = progress.assign({"t", 2}, -2);
  CHECK(progress.assign({"t", 3}, -2).done);  // came later: nothing was there
  CHECK(progress.wants(first, 0, 0) == Wanted::yes);
  progress.read(first, 0);
  progress.reached_end(first, 1);  // another broker's end, or one that moved
  CHECK_FALSE(first.done);
  progress.read(first, 1);
  CHECK(first.done);
  CHECK(progress.wants(first, 2, 0) == Wanted::stop);
  CHECK_FALSE(progress.finished());
  // the end can lie behind records that readers do not see
  progress.reached_end(third, 7);
  CHECK(progress.finished());
}

TEST_CASE("a partition that comes back keeps the end that was noted") {
  Progress progress({.bounded = true});
  progress.note_ends({{{"t", 0}, 4}});
  progress.assign({"t", 0}, 0);
  progress.revoke({{"t", 0}});
  auto& again = progress.assign({"t", 0}, 2);
  CHECK(again.end == 4);
  CHECK_FALSE(again.done);
  progress.revoke({{"t", 0}});
  CHECK(progress.assign({"t", 0}, 4).done);
}

TEST_CASE("times: exactly those from the one to before the other, also out of order") {
  Progress progress({.bounded = true, .from_ms = 100, .before_ms = 200});
  progress.note_ends({{{"t", 0}, 5}});
  auto& at = progress.assign({"t", 0}, 0);
  CHECK(progress.wants(at, 0, 100) == Wanted::yes);
  CHECK(progress.wants(at, 1, 200) == Wanted::skip);
  CHECK(progress.wants(at, 2, 199) == Wanted::yes);
  CHECK(progress.wants(at, 3, 99) == Wanted::skip);
  CHECK_FALSE(at.done);
  progress.read(at, 4);
  CHECK(progress.finished());
  progress.ignore_from();
  at.done = false;
  CHECK(progress.wants(at, 3, 99) == Wanted::yes);
}

TEST_CASE("a run without an end is never finished") {
  Progress progress({});
  progress.assign({"t", 0}, 0);
  progress.reached_end(*progress.find("t", 0), 0);
  CHECK_FALSE(progress.finished());
}

TEST_CASE("a partition with a known beginning has a position before anything is read") {
  Progress progress({});
  progress.assign({"t", 0}, 7);
  progress.assign({"t", 1}, -2);
  CHECK(progress.positions() == Offsets{{{"t", 0}, 7}});
  CHECK(progress.take_moved().empty());
}

TEST_CASE("how much of a bounded run is read, by the records that its partitions had") {
  Progress unbounded({});
  unbounded.assign({"t", 0}, 0);
  CHECK_FALSE(unbounded.part());
  Progress progress({.bounded = true});
  progress.note_ends({{{"t", 0}, 10}, {{"t", 1}, 30}});
  CHECK_FALSE(progress.part());
  auto& first = progress.assign({"t", 0}, 0);
  auto& second = progress.assign({"t", 1}, 0);
  CHECK(progress.part() == doctest::Approx(0));
  progress.read(first, 9);
  CHECK(progress.part() == doctest::Approx(0.25));
  first.mark.timestamp_ms = 7;
  second.mark.timestamp_ms = 5;
  CHECK(progress.newest_ms() == 7);
  progress.read(second, 29);
  CHECK(progress.part() == doctest::Approx(1));
}
