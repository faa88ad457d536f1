#include "tools/pg-load/events/event_batch.hpp"

#include <doctest/doctest.h>

using namespace cdckit::pg_load;

namespace {

std::string text(const EventBatch& batch) {
  std::string out;
  batch.lines().for_each(0, batch.size(), [&](const StoredLine& line) {
    out += std::to_string(line.number) + ":" + std::string(line.text) + " ";
  });
  return out;
}

}  // namespace

TEST_CASE("marks say where a batch may be cut") {
  EventBatch batch(100);
  CHECK(batch.marked() == 0);
  batch.mark();
  batch.add(1, "a");
  batch.add(2, "b");
  batch.mark();
  batch.add(3, "c");
  CHECK(batch.marked() == 2);
  CHECK(batch.next_mark(0, 3) == 2);
  CHECK(batch.next_mark(0, 1) == 1);
  CHECK(batch.next_mark(2, 3) == 3);
  batch.clear();
  CHECK(batch.size() == 0);
  CHECK(batch.marked() == 0);
}

TEST_CASE("an earlier batch comes back in front, its memory full or not") {
  EventBatch sent(60);
  EventBatch batch(60);
  for (int i = 1; i <= 6; ++i) sent.add(static_cast<std::uint64_t>(i), "sent");
  sent.mark();
  sent.set_reached("1");
  batch.add(7, "new");
  batch.mark();
  batch.add(8, "newer");
  batch.put_in_front(sent);
  CHECK(text(batch) == "1:sent 2:sent 3:sent 4:sent 5:sent 6:sent 7:new 8:newer ");
  CHECK(batch.next_mark(0, 8) == 6);
  CHECK(batch.marked() == 7);
  CHECK(batch.reached() == "1");
  CHECK(sent.size() == 0);
  CHECK(sent.reached().empty());

  sent.add(9, "x");
  sent.set_reached("2");
  sent.put_in_front(batch);
  CHECK(sent.size() == 9);
  CHECK(sent.marked() == 7);
  CHECK(sent.reached() == "2");
}

TEST_CASE("what lies behind the newest mark can be kept") {
  EventBatch batch(1U << 20U);
  batch.add(1, "one");
  batch.mark();
  batch.add(2, "two");
  batch.add(3, "three");
  EventBatch rest(1U << 20U);
  batch.copy_behind_mark(rest);
  CHECK(rest.size() == 2);
  CHECK(rest.marked() == 0);
  rest.lines().for_each(0, 1, [](const StoredLine& line) { CHECK(line.text == "two"); });
}
