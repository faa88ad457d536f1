#include "tools/kcat-cdc/delivery/delivery_log.hpp"

#include <map>
#include <random>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

using namespace cdckit::kcat_cdc;

namespace {

std::uint64_t send(DeliveryLog& log,
                   std::uint64_t line,
                   bool tombstone = false,
                   std::size_t target = 0) {
  const std::uint64_t tag = log.next_tag(line);
  log.sent({target, 10, tombstone, line, 1000, !tombstone});
  return tag;
}

}  // namespace

TEST_CASE("a batch is complete when it is closed and everything in it was delivered") {
  DeliveryLog log;
  const auto first = send(log, 1);
  const auto second = send(log, 2, true);
  log.settled(first);
  log.settled(second);
  CHECK(log.complete() == nullptr);
  log.close_at_checkpoint(7, "p", 2000);
  REQUIRE(log.complete() != nullptr);
  CHECK(log.complete()->mark == 7);
  CHECK(log.complete()->pos == "p");
  CHECK(log.complete()->records == 2);
  CHECK(log.complete()->events == 1);
  CHECK(log.complete()->tombstones == 1);
  CHECK(log.complete()->bytes == 20);
  log.pop();
  CHECK(log.empty());
}

TEST_CASE("a later batch waits for an earlier one") {
  DeliveryLog log;
  const auto early = send(log, 1);
  log.close_at_checkpoint(1, "a", 0);
  const auto late = send(log, 2);
  log.close_at_checkpoint(2, "b", 0);
  log.settled(late);
  CHECK(log.complete() == nullptr);
  log.settled(early);
  REQUIRE(log.complete() != nullptr);
  CHECK(log.complete()->mark == 1);
  log.pop();
  REQUIRE(log.complete() != nullptr);
  CHECK(log.complete()->mark == 2);
}

TEST_CASE("checkpoints without records do not pile up") {
  DeliveryLog log;
  const auto tag = send(log, 1);
  for (std::uint64_t mark = 1; mark <= 1000; ++mark)
    log.close_at_checkpoint(mark, std::to_string(mark), 0);
  log.settled(tag);
  REQUIRE(log.complete() != nullptr);
  CHECK(log.complete()->mark == 1000);
  CHECK(log.complete()->pos == "1000");
  log.pop();
  CHECK(log.complete() == nullptr);
  log.close_at_checkpoint(1001, "x", 0);
  REQUIRE(log.complete() != nullptr);
  CHECK(log.complete()->records == 0);
}

TEST_CASE("what came behind a border can be taken back") {
  DeliveryLog log;
  log.note_border();
  send(log, 1);
  log.note_position("one");
  log.note_border();
  send(log, 2);
  log.note_position("two");
  log.keep_to_border();
  log.begin_commit();
  log.end_commit();
  log.close_at_time();
  REQUIRE(log.complete() != nullptr);
  CHECK(log.complete()->events == 1);
  CHECK(log.complete()->pos == "one");
  log.pop();
  // a border belongs to its batch
  send(log, 3);
  log.keep_to_border();
  log.close_at_time();
  CHECK(log.empty());
}

TEST_CASE("input without checkpoints is cut by time") {
  DeliveryLog log;
  log.close_at_time();
  CHECK(log.empty());
  const auto tag = send(log, 1);
  log.note_position("last");
  log.close_at_time();
  log.settled(tag);
  REQUIRE(log.complete() != nullptr);
  CHECK_FALSE(log.complete()->mark);
  CHECK(log.complete()->pos == "last");
}

TEST_CASE("a tag remembers its line") {
  CHECK(Tag::line_number(Tag::make(123'456'789'012, 99)) == 123'456'789'012);
}

TEST_CASE("reports in any order never acknowledge too early") {
  std::mt19937 random(3);
  DeliveryLog log;
  std::vector<std::pair<std::uint64_t, std::uint64_t>> on_the_way;  // tag, mark of its batch
  std::map<std::uint64_t, std::size_t> open;  // how many are on the way, by mark
  std::uint64_t mark = 1;
  std::uint64_t acknowledged = 0;
  for (int i = 0; i < 50'000; ++i) {
    if (random() % 3 != 0 || on_the_way.empty()) {
      on_the_way.emplace_back(send(log, static_cast<std::uint64_t>(i)), mark);
      ++open[mark];
    } else {
      std::swap(on_the_way[random() % on_the_way.size()], on_the_way.back());
      const auto [tag, its_mark] = on_the_way.back();
      on_the_way.pop_back();
      log.settled(tag);
      if (--open[its_mark] == 0) open.erase(its_mark);
    }
    if (random() % 50 == 0) log.close_at_checkpoint(mark++, "", 0);
    while (const Batch* batch = log.complete()) {
      acknowledged = *batch->mark;
      log.pop();
    }
    if (!open.empty()) REQUIRE(acknowledged < open.begin()->first);
  }
  CHECK(acknowledged > 0);
}

TEST_CASE("a refused record counts for nothing") {
  DeliveryLog log;
  const std::uint64_t first = log.next_tag(1);
  log.sent({0, 10, false, 1, 0});
  const std::uint64_t second = log.next_tag(2);
  log.sent({1, 20, false, 2, 0});
  log.close_at_checkpoint(1, "A", 0);
  log.refused(second, 1, 20);
  CHECK(log.complete() == nullptr);
  log.settled(first);
  REQUIRE(log.complete() != nullptr);
  CHECK(log.complete()->events == 1);
  CHECK(log.complete()->bytes == 10);
  CHECK(log.complete()->by_target == std::vector<std::uint64_t>{1, 0});
}

TEST_CASE("what was not sent after all leaves no trace") {
  DeliveryLog log;
  for (const bool tombstone : {false, true}) {
    const Sent sent{0, 10, tombstone, 1, 0};
    log.sent(sent);
    log.unsent(sent);
  }
  CHECK(log.current().records == 0);
  CHECK(log.empty());
}

TEST_CASE("a commit settles everything at once") {
  DeliveryLog log;
  log.sent({0, 10, false, 1, 0});
  log.close_at_checkpoint(1, "A", 0);
  log.sent({0, 10, false, 2, 0});
  log.begin_commit();
  log.end_commit();
  REQUIRE(log.complete() != nullptr);
  log.pop();
  log.close_at_checkpoint(2, "B", 0);
  CHECK(log.complete() != nullptr);
}

TEST_CASE("a receipt") {
  Batch batch;
  batch.records = 3;
  batch.events = 2;
  batch.tombstones = 1;
  batch.bytes = 30;
  batch.by_target = {2, 0, 1};
  batch.pos = "a\"b";
  batch.started_us = 1'000'000;
  CHECK(
      receipt(batch, {"t", "unused", "t"}, 1'005'900) ==
      R"({"tool":"kcat-cdc","records":2,"tombstones":1,"bytes":30,"ms":5,"pos":"a\"b","topics":{"t":3}})");
  batch.pos.clear();
  CHECK(receipt(batch, {"t", "unused", "u"}, 1'000'000)
            .find(R"("pos":null,"topics":{"t":2,"u":1})") != std::string::npos);
}
